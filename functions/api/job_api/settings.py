"""What the API function knows about its deployment."""

from cvmaker_core.settings import StageSettings


class ApiSettings(StageSettings):
    """Read from the environment (upper case). Times in seconds, sizes in bytes."""

    app_origin: str = ""
    """Exact origin of the web app (several with commas); empty: no browser may call."""
    state_machine_arn: str = ""
    erase_function_name: str = ""
    templates_prefix: str = "templates/"
    """Where a deployer may add templates to the bucket without a release."""

    upload_valid_seconds: int = 900
    link_valid_seconds: int = 3600
    jobs_per_owner_per_day: int = 50
    client_jobs_per_day: int = 2000
    public_jobs_per_day: int = 0
    """Of all browsers without an account together: anybody can make any number of owners. 0: no limit."""
    max_usd_per_job: float = 1.0
    max_posting_characters: int = 200_000
    transfer_acceleration: bool = False
    """Whether the bucket has S3 Transfer Acceleration, so that browsers are sent to the nearest edge."""
    browser_storage_endpoint_url: str = ""
    """Where a browser reaches the bucket, if that differs from where this function does."""

    @property
    def origins(self) -> list[str]:
        return [origin.strip().rstrip("/") for origin in self.app_origin.split(",") if origin.strip()]
