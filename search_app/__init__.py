"""People in front: query language, retrieval, fusion, explanation, pages, API and commands."""
