"""Writes records of event files and checksums by TensorBoard's own code, with what they hold.

    python3 scripts/golden/event_files.py > Tests/ArchivesTests/Golden/event_files.json

Needs tensorboard; its record writer and protocol buffers make the bytes.
"""

import base64
import io
import json
import sys

from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import crc32c
from tensorboard.summary.writer.record_writer import RecordWriter, masked_crc32c


class Kept(io.BytesIO):
    def flush(self):
        pass


def record(event):
    file = Kept()
    RecordWriter(file).write(event.SerializeToString())
    return base64.b64encode(file.getvalue()).decode()


def checksum(data):
    masked = masked_crc32c(data)
    return {"bytes": base64.b64encode(data).decode(), "plain": crc32c(data), "masked": masked}


def scalars(time, step, values):
    values = dict(sorted(values.items()))
    event = Event(wall_time=time, step=step, summary=Summary(
        value=[Summary.Value(tag=tag, simple_value=value) for tag, value in values.items()]))
    return {"time": time, "step": step, "tags": list(values), "values": list(values.values()), "record": record(event)}


def main():
    time = 1700000000.25
    data = [b"", b"\0", b"123456789", bytes(32), b"\xff" * 32, bytes(range(32)), bytes(range(256)) * 3]
    cases = [
        {"name": "checksums", "inputs": [checksum(each) for each in data]},
        {"name": "version", "time": time, "record": record(Event(wall_time=time, file_version="brain.Event:2"))},
        {"name": "starts", "starts": [
            {"time": time + step, "step": step,
             "record": record(Event(wall_time=time + step, step=step,
                                    session_log=SessionLog(status=SessionLog.START)))}
            for step in [0, 1, 127, 128, 78200]]},
        {"name": "scalars", "events": [
            scalars(time, 0, {"epoch/loss": 0.0}),
            scalars(time + 0.5, 391, {"epoch/loss": 2.302585, "epoch/accuracy": 0.125, "step/learningRate": 1e-6}),
            scalars(time + 1, 1 << 33, {"evaluation/odin:T=1000,epsilon=0.0014/average/fpr95_id": -1.5e10, "ä": 1.0}),
            scalars(time + 2, 5, {f"reports/{'long' * 20}{number}": number / 7 for number in range(20)}),
        ]},
    ]
    json.dump({"cases": cases}, sys.stdout, ensure_ascii=False)
    print()


main()
