"""Random names, as Twitch's look."""
import base64
import os
import random
import string


def token_text(length, alphabet=string.ascii_lowercase + string.digits):
    """Returns random letters and digits, as tokens are written."""
    return "".join(random.choices(alphabet, k=length))


def notification_id():
    """Returns a message_id as notifications over conduits have them."""
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def session_id():
    """Returns the id of an EventSub session."""
    return "AgoQ" + token_text(22, string.ascii_letters + string.digits + "-_") + "EgZjZWxsLW"
