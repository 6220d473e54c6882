// The last script: every section is known, so the page can be drawn.
"use strict";

bench.start();
