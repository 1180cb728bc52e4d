"""Empties the machine code for all but one GPU architecture in a CUDA library: keep_architecture.py LIBRARY 90.

The file keeps its length and CUDA never looks at code for another architecture, but compressed it is a fraction of
the size. Fat binaries that hold a single architecture (kernels for special hardware) are emptied too.
"""
import struct
import sys

path, architecture = sys.argv[1], int(sys.argv[2])
with open(path, "rb") as file:
    data = bytearray(file.read())
magic = struct.pack("<I", 0xBA55ED50)
position = kept = emptied = 0
while (position := data.find(magic, position)) >= 0:
    version, header, size = struct.unpack_from("<HHQ", data, position + 4)
    end = position + header + size
    if version != 1 or header != 16 or end > len(data):
        position += 4
        continue
    entries, at = [], position + header
    while at < end:
        _, _, entry_header, entry_size = struct.unpack_from("<HHIQ", data, at)
        (target,) = struct.unpack_from("<I", data, at + 28)
        entries.append((target, at + entry_header, entry_size))
        at += entry_header + entry_size
    several = len({target for target, _, _ in entries}) > 1
    for target, at, entry_size in entries:
        if target == architecture and several:
            kept += entry_size
        else:
            data[at : at + entry_size] = bytes(entry_size)
            emptied += entry_size
    position = end
with open(path, "wb") as file:
    file.write(data)
print(f"kept {kept} bytes of machine code for sm_{architecture}, emptied {emptied}")
