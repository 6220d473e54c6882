"""Calls to OpenAI-compatible servers: where they go, what they cost, their answers kept so that none is paid twice."""
