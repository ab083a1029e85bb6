"""Tables in files of other systems: CSV, XLSX, JSON and XML, read and written."""
