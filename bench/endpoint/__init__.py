"""Calls to OpenAI-compatible servers: where they go, what they cost, their kept answers, so that none is paid twice."""
