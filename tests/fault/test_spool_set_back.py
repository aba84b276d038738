"""A ship's computer is put back from an image of its disk, between two runs of the real agent: her values go on ashore."""

from __future__ import annotations

import shutil
from pathlib import Path

from protocols.link import topics
from protocols.link.acks import BatchAck
from shipside.storage.spool import Spool
from tests.agent_kit import TCP, VESSEL, agent_toml, broker, ear, lines, program, said, until
from tests.free_ports import free_port

PARTS = ("spool.db", "spool.db-wal", "spool.db.mark")


async def test_an_agent_whose_disk_was_set_back_goes_on_with_another_epoch(tmp_path: Path) -> None:
    """The shore's first word ends the collector, the parent starts it again, and what comes is new ashore, with no hand moved."""
    port, log, image = free_port(), tmp_path / "agent.log", tmp_path / "image"
    image.mkdir()
    with broker(tmp_path, port):
        async with lines() as good, ear(port) as shore:
            path = agent_toml(tmp_path, port, TCP.format("good", good))
            agent = ["-m", "shipside", "--config", str(path)]
            with program(agent, log):
                await shore.more("NAV_HDG", 5, 30)
            for part in PARTS:
                if (tmp_path / part).exists():
                    shutil.copy(tmp_path / part, image / part)
            with program(agent, log):
                await shore.more("NAV_HDG", 40, 30)
            known = max(shore.seqs)
            for part in PARTS:
                (tmp_path / part).unlink(missing_ok=True)
            for file in image.iterdir():
                shutil.copy(file, tmp_path / file.name)
            before = len(shore.seqs)
            first_epoch = said(log, "collector")[0]["epoch"]
            shore.acknowledges = False  # a shore that has them says so instead, as the station does
            with program(agent, log):
                # a sequence that was given before: this is what it is about (the last of the run before may still be on its way)
                await until(lambda: any(seq <= known for seq in shore.seqs[before:]), 30)
                ack = BatchAck(int(str(first_epoch)), known, ()).to_bytes()
                await shore.port.publish(topics.topic(VESSEL, topics.ACK), ack)
                shore.acknowledges = True
                await until(lambda: len({line["epoch"] for line in said(log, "collector")}) == 2, 30)
                await shore.more("NAV_HDG", 10, 30)
    assert "older than what the shore has" in log.read_text()
    assert "Traceback" not in log.read_text()
    aside = Spool(tmp_path / "spool.db.damaged-1", 10**8, 1)
    assert aside.epoch == first_epoch
    assert aside.count >= 1
    aside.close()
