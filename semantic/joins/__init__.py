"""How cubes are joined: which one a question starts from, over which joins, and what multiplies."""
