"""Each job is a page that reads as its flow."""
