"""Pictures as the tests compare them: (width, height, RGB bytes)."""

import struct
import zlib

from emulator import CheckFailed

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def read_png(path):
    """A PNG file with 8 bits a channel, RGB or RGBA, not interlaced."""
    data = path.read_bytes()
    if not data.startswith(PNG_SIGNATURE):
        raise CheckFailed(f"{path} is no PNG file")
    at, packed, header = len(PNG_SIGNATURE), b"", None
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8:at + 8 + length]
        if kind == b"IHDR":
            header = struct.unpack(">IIBBBBB", body)
        elif kind == b"IDAT":
            packed += body
        at += 12 + length
    width, height, depth, colour, _, _, interlaced = header
    if depth != 8 or colour not in (2, 6) or interlaced:
        raise CheckFailed(f"{path}: a kind of PNG that this test does not read")
    channels = 3 if colour == 2 else 4
    rows = unfilter(zlib.decompress(packed), width * channels, channels, height)
    if channels == 4:
        rows = [bytes(row[i] for i in range(len(row)) if i % 4 != 3) for row in rows]
    return width, height, b"".join(map(bytes, rows))


def unfilter(data, stride, step, height):
    rows, above = [], bytearray(stride)
    for number in range(height):
        start = number * (stride + 1)
        kind, row = data[start], bytearray(data[start + 1:start + 1 + stride])
        for i in range(stride if kind else 0):
            left = row[i - step] if i >= step else 0
            corner = above[i - step] if i >= step else 0
            row[i] = (row[i] + predict(kind, left, above[i], corner)) & 255
        rows.append(row)
        above = row
    return rows


def predict(kind, left, up, corner):
    if kind == 1:
        return left
    if kind == 2:
        return up
    if kind == 3:
        return (left + up) // 2
    estimate = left + up - corner
    return min((left, up, corner), key=lambda value: abs(estimate - value))


def read_xwd(path):
    """The screen of an X server with 24 bits a pixel in 32, as Xvfb's -fbdir keeps it."""
    data = path.read_bytes()
    fields = struct.unpack_from(">25I", data)
    width, height, lowest_first = fields[4], fields[5], fields[7] == 0
    bits, stride, colours = fields[11], fields[12], fields[19]
    if bits != 32:
        raise CheckFailed(f"{path} has {bits} bits a pixel")
    start = fields[0] + 12 * colours
    red, green, blue = (2, 1, 0) if lowest_first else (1, 2, 3)
    pixels = bytearray(3 * width * height)
    for y in range(height):
        row = data[start + y * stride:][:4 * width]
        target = 3 * width * y
        pixels[target:target + 3 * width:3] = row[red::4]
        pixels[target + 1:target + 3 * width:3] = row[green::4]
        pixels[target + 2:target + 3 * width:3] = row[blue::4]
    return width, height, bytes(pixels)


def find_within(screen, picture):
    """Where the picture lies on the screen, (x, y), or None."""
    screen_width, screen_height, screen_pixels = screen
    width, height, pixels = picture
    middle = height // 2  # a row that is not all of one colour, one hopes
    row = pixels[3 * width * middle:][:3 * width]
    for y in range(middle, screen_height - (height - middle) + 1):
        line = screen_pixels[3 * screen_width * y:][:3 * screen_width]
        at = line.find(row)
        while at >= 0:
            if at % 3 == 0 and same_at(screen, picture, at // 3, y - middle):
                return at // 3, y - middle
            at = line.find(row, at + 1)
    return None


def same_at(screen, picture, x, y):
    screen_width, _, screen_pixels = screen
    width, height, pixels = picture
    return all(screen_pixels[3 * (screen_width * (y + i) + x):][:3 * width] ==
               pixels[3 * width * i:][:3 * width] for i in range(height))


def colours(picture):
    pixels = picture[2]
    return {pixels[i:i + 3] for i in range(0, len(pixels), 3)}
