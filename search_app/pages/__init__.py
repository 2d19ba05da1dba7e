"""The pages and the HTTP API, one small blueprint per resource."""
