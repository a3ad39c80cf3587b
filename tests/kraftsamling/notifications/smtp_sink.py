"""A mail server for tests: keeps what it is given, and behaves badly when told to, connection by connection."""

import email
import email.policy
import socketserver
import threading

ACCEPT = "accept"
HOLD_GREETING = "hold greeting"
HOLD_MAIL = "hold mail"
HOLD_ANSWER = "hold answer"
HANG_UP_AFTER_DATA = "hang up after data"


class SmtpSink(socketserver.ThreadingTCPServer):
    """behaviour(number of the connection) gives one of the words above, or an answer such as "RCPT 550 no such user"."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, behaviour=lambda number: ACCEPT, slow=0.0):
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.behaviour, self.slow = behaviour, slow
        self.mails, self.connections, self.held = [], 0, 0
        self.changed, self.released = threading.Condition(), threading.Event()

    @property
    def port(self):
        return self.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exc):
        self.released.set()
        self.shutdown()
        self.server_close()

    def next_behaviour(self):
        with self.changed:
            self.connections += 1
            return self.behaviour(self.connections)

    def keep(self, content):
        with self.changed:
            self.mails.append(email.message_from_bytes(content, policy=email.policy.default))
            self.changed.notify_all()

    def hold(self):
        """The other side waits until the test has looked."""
        with self.changed:
            self.held += 1
            self.changed.notify_all()
        self.released.wait(120)

    def wait_until(self, condition, seconds):
        with self.changed:
            return self.changed.wait_for(lambda: condition(self), seconds)


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self):
        how = self.server.next_behaviour()
        if how == HOLD_GREETING:
            self.server.hold()
            return
        self.say("220 sink")
        while line := self.rfile.readline().decode("ascii", "replace").strip():
            verb = line.split()[0].upper()
            if not self.answer(how, verb):
                return

    def answer(self, how, verb):
        if how == HOLD_MAIL and verb == "MAIL":
            self.server.hold()
            return False
        if how.split()[0] == verb:
            self.say(how.partition(" ")[2])
            return True
        if verb == "DATA":
            return self.take(how)
        self.say({"EHLO": "250 sink", "QUIT": "221 bye"}.get(verb, "250 ok"))
        return verb != "QUIT"

    def take(self, how):
        self.say("354 go on")
        content = b""
        while not content.endswith(b"\r\n.\r\n"):
            line = self.rfile.readline()
            if not line:
                return False
            content += line
        if how.startswith("CONTENT"):
            self.say(how.partition(" ")[2])
            return True
        self.server.keep(content[:-3])
        if how == HANG_UP_AFTER_DATA:
            return False
        if how == HOLD_ANSWER:
            self.server.hold()
            return False
        self.server.released.wait(self.server.slow)
        self.say("250 kept")
        return True

    def say(self, words):
        self.wfile.write(f"{words}\r\n".encode())
