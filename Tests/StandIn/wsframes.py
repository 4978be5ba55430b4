"""RFC 6455 frames, by hand: total control over what is sent, strictness about what comes."""
import asyncio, base64, hashlib, os, struct

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, BINARY, CLOSE, PING, PONG, CONT = 1, 2, 8, 9, 10, 0


def accept_key(key: str) -> str:
    return base64.b64encode(hashlib.sha1(key.encode() + GUID).digest()).decode()


def frame(op: int, payload: bytes, mask: bool = False, fin: bool = True) -> bytes:
    n = len(payload)
    head = bytearray([(0x80 if fin else 0) | op])
    m = 0x80 if mask else 0
    if n < 126:
        head.append(m | n)
    elif n < 65536:
        head.append(m | 126)
        head += struct.pack("!H", n)
    else:
        head.append(m | 127)
        head += struct.pack("!Q", n)
    if mask:
        key = os.urandom(4)
        head += key
        if n:
            rep = (key * (n // 4 + 1))[:n]
            payload = (int.from_bytes(payload, "big") ^ int.from_bytes(rep, "big")).to_bytes(n, "big")
    return bytes(head) + payload


class Bad(Exception):
    pass


class Parser:
    """Incremental frame parser. feed(data) returns a list of (fin, rsv, op, masked, payload)."""

    def __init__(self):
        self.buf = bytearray()

    def feed(self, data: bytes):
        b = self.buf
        b += data
        out, pos, n = [], 0, len(b)
        while True:
            if n - pos < 2:
                break
            b0, b1 = b[pos], b[pos + 1]
            ln, p = b1 & 0x7F, pos + 2
            if ln == 126:
                if n < p + 2:
                    break
                ln = (b[p] << 8) | b[p + 1]
                p += 2
            elif ln == 127:
                if n < p + 8:
                    break
                ln = int.from_bytes(b[p:p + 8], "big")
                p += 8
            masked = bool(b1 & 0x80)
            key = None
            if masked:
                if n < p + 4:
                    break
                key = bytes(b[p:p + 4])
                p += 4
            if n < p + ln:
                break
            payload = bytes(b[p:p + ln])
            if masked and ln:
                rep = (key * (ln // 4 + 1))[:ln]
                payload = (int.from_bytes(payload, "big") ^ int.from_bytes(rep, "big")).to_bytes(ln, "big")
            out.append((bool(b0 & 0x80), b0 & 0x70, b0 & 0x0F, masked, payload))
            pos = p + ln
        del b[:pos]
        return out
