"""Really forgetting a job: every version of every object, and its vectors."""
