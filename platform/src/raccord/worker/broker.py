"""How we use the broker: three queues, wake-ups that expire, and a broker that may die and come back at any time."""

from celery import Celery
from kombu import Queue

URGENT, ORDINARY, MEDIA = QUEUES = ("urgent", "ordinary", "media")
WAKE_UP_LIFE = 60
"""Seconds after which a wake-up that nobody took is forgotten: the sweep has found its work by then."""
TRANSPORT = {
    "socket_connect_timeout": 1.0,
    "socket_timeout": 5.0,
    "socket_keepalive": True,
    "health_check_interval": 10,
    "retry_on_timeout": True,
    "queue_order_strategy": "priority",  # a free thread takes what is urgent first
    "visibility_timeout": 3600,
    # Of those who send; the worker itself tries for ever (`broker_connection_max_retries`).
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.2,
}


def create_celery(broker_url: str | None) -> Celery:
    celery = Celery("raccord", broker=broker_url)
    configure(celery)
    return celery


def configure(celery: Celery) -> None:
    """The same for those who send and those who work."""
    celery.conf.update(
        task_queues=[Queue(name) for name in QUEUES],
        task_default_queue=ORDINARY,
        task_create_missing_queues=False,
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_store_eager_result=False,
        task_acks_late=True,
        task_publish_retry=False,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_send_task_events=False,
        worker_enable_remote_control=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_timeout=2.0,
        broker_connection_retry=True,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options=TRANSPORT,
        timezone="UTC",
        enable_utc=True,
    )
