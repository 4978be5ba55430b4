"""RFC 6455 frames by hand: control over every byte that is sent, strictness about what comes."""
import base64
import hashlib
import os
import struct

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def accept_key(key):
    """Returns the Sec-WebSocket-Accept that answers a client's key."""
    return base64.b64encode(hashlib.sha1(key.encode() + GUID).digest()).decode()


def frame(opcode, payload, mask=False, fin=True):
    """Returns one frame's bytes."""
    length = len(payload)
    mask_bit = 0x80 if mask else 0
    head = bytearray([(0x80 if fin else 0) | opcode])
    if length < 126:
        head.append(mask_bit | length)
    elif length < 65536:
        head.append(mask_bit | 126)
        head += struct.pack("!H", length)
    else:
        head.append(mask_bit | 127)
        head += struct.pack("!Q", length)
    if mask:
        key = os.urandom(4)
        head += key
        payload = _masked(payload, key)
    return bytes(head) + payload


def close_payload(code, reason=""):
    """Returns what a close frame carries: nothing when the code is 0."""
    return struct.pack("!H", code) + reason.encode() if code else b""


def close_code(payload):
    """Returns the code in a close frame's payload, 1005 when there is none."""
    return struct.unpack("!H", payload[:2])[0] if len(payload) >= 2 else 1005


def parse_head(head):
    """Returns the words of an HTTP head's first line, and its headers by their names in lower case."""
    lines = head.decode("latin1").split("\r\n")
    fields = (line.partition(":") for line in lines[1:] if line)
    return lines[0].split(" "), {name.strip().lower(): value.strip() for name, _, value in fields}


class Parser:
    """Cuts a stream of bytes into frames."""

    def __init__(self):
        self.buffer = bytearray()

    def feed(self, data):
        """Takes bytes in and returns the frames that are whole, as (fin, reserved bits, opcode, masked, payload)."""
        self.buffer += data
        frames, position = [], 0
        while (parsed := self._frame(position)) is not None:
            found, position = parsed
            frames.append(found)
        del self.buffer[:position]
        return frames

    def _frame(self, start):
        """Returns the frame that begins at start and where it ends, or None when it is not all there."""
        buffer, available = self.buffer, len(self.buffer)
        if available - start < 2:
            return None
        first, second = buffer[start], buffer[start + 1]
        length, position = second & 0x7F, start + 2
        extended = {126: 2, 127: 8}.get(length, 0)
        masked = bool(second & 0x80)
        if available < position + extended + (4 if masked else 0):
            return None
        if extended:
            length = int.from_bytes(buffer[position:position + extended], "big")
            position += extended
        key = None
        if masked:
            key = bytes(buffer[position:position + 4])
            position += 4
        end = position + length
        if available < end:
            return None
        payload = bytes(buffer[position:end])
        if masked:
            payload = _masked(payload, key)
        return (bool(first & 0x80), first & 0x70, first & 0x0F, masked, payload), end


def _masked(payload, key):
    length = len(payload)
    repeated = (key * (length // 4 + 1))[:length]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(length, "big")
