"""`python -m responder`: reads the CRM's queue, answers what is asked, and passes every other event on."""

import argparse
import os
import signal
import sys
import threading

from . import aws, log
from .answer import Responder
from .consumer import Consumer
from .crm_queue import CrmQueue
from .settings import Settings, SettingsError

ABOUT = """\
Answers what rules ask of the CRM (answer.requested on its queue) by a model behind an OpenAI-compatible endpoint.
Every other event goes to the standard output, one a line, as it came: the queue has one reader, and now it is this one."""

VARIABLES = """\
environment:
  CRM_QUEUE_URL          the stack's output CrmQueueUrl
  DESK_URL               the stack's output DeskUrl
  OPENAI_BASE_URL        where /chat/completions lies, such as http://127.0.0.1:11434/v1
  OPENAI_MODEL           the model's name, which the desk keeps beside its answers
  OPENAI_API_KEY         its key; not set for a local model
  PERSONA                a file of personas/, without .md: for questions whose rule names none that is there
  AUTHOR                 who hands in the answers, by their id in the CRM (responder)
  MODEL_TIMEOUT_SECONDS  how long a model may take (30); never longer than the question waits
  VISIBILITY_SECONDS     how long a conversation stands still after this process died (30)
and AWS's own: AWS_REGION, credentials, AWS_ENDPOINT_URL_SQS where that is not AWS."""


def pass_on(lock=threading.Lock()):
    """Writes bodies as lines, each whole and at once: an event is deleted from the queue only after it left this process."""

    def write(body):
        line = (body + "\n").encode()
        with lock:
            while line:
                line = line[os.write(sys.stdout.fileno(), line) :]

    return write


def main():
    how = argparse.RawDescriptionHelpFormatter
    argparse.ArgumentParser(prog="responder", description=ABOUT, epilog=VARIABLES, formatter_class=how).parse_args()
    log.only_codes()
    try:
        settings = Settings.from_env()
        if settings.queue_url is None:
            raise SettingsError("CRM_QUEUE_URL is not set: the stack's output CrmQueueUrl")
        session = aws.session(settings)
    except SettingsError as error:
        sys.exit(f"responder: {error}")
    responder = Responder(settings, session)
    consumer = Consumer(CrmQueue(settings, session), responder.answer, pass_on(), settings.visibility_seconds / 3)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, consumer.stop)
    log.line("started")
    consumer.run()
    log.line("stopped")
    sys.exit(1 if consumer.failed else 0)


if __name__ == "__main__":
    main()
