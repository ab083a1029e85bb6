"""Reports: saved questions to the semantic layer with a layout, standard ones and a club's own."""
