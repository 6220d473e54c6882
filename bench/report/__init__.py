"""The page of results: its data as JSON chunks by name, its shell, and the folder or the one file that holds both.

``data.ReportData`` gives every chunk, made when it is asked for: a folder is written from all of them, and a server
sends them one by one. ``shell`` gives the HTML around them. The scripts in ``assets/`` read chunks through one
function, ``bench.load(name)``, whatever the page came from.
"""
