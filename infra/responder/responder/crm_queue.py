"""The CRM's queue: received, kept out of sight while it is worked on, and deleted or left."""

from dataclasses import dataclass, field

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

# SQS waits no longer for something to come.
WAIT_SECONDS = 20

# SQS gives no more, and takes no more in one call.
BATCH = 10

UNREACHABLE = (BotoCoreError, ClientError)


@dataclass(frozen=True)
class Message:
    body: str = field(repr=False)
    group: str
    receipt: str = field(repr=False)
    receives: int


class CrmQueue:
    def __init__(self, settings, session):
        self._url = settings.queue_url
        self._visibility_seconds = settings.visibility_seconds
        config = Config(connect_timeout=5, read_timeout=WAIT_SECONDS + 10, retries={"mode": "standard", "max_attempts": 3})
        self._sqs = session.client("sqs", config=config)

    def receive(self):
        """What waits, or what comes within 20 s. Of a conversation nothing more comes until this is deleted or visible again."""
        answer = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=BATCH,
            WaitTimeSeconds=WAIT_SECONDS,
            VisibilityTimeout=self._visibility_seconds,
            MessageSystemAttributeNames=["MessageGroupId", "ApproximateReceiveCount"],
        )
        return [_message(told) for told in answer.get("Messages", [])]

    def delete(self, message):
        self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message.receipt)

    def keep_hidden(self, messages):
        """Until they are renewed again, or this process is gone for so long."""
        self._hide(messages, self._visibility_seconds)

    def leave(self, messages, seconds):
        """They come again, in their order, after so many seconds."""
        self._hide(messages, seconds)

    def _hide(self, messages, seconds):
        for start in range(0, len(messages), BATCH):
            entries = [
                {"Id": str(number), "ReceiptHandle": message.receipt, "VisibilityTimeout": seconds}
                for number, message in enumerate(messages[start : start + BATCH])
            ]
            # What fails in it was deleted meanwhile, or is visible by now.
            self._sqs.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)


def _message(told):
    attributes = told.get("Attributes", {})
    return Message(
        body=told["Body"],
        group=attributes.get("MessageGroupId", ""),
        receipt=told["ReceiptHandle"],
        receives=int(attributes.get("ApproximateReceiveCount", "1")),
    )
