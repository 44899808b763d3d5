"""A stand-in for a Talend job: reads an ERP's export files and posts exactly what such a job posts."""
