"""The COVID-19 table: two public files, merged by day."""
