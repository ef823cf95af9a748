"""One node of a local Apache Kafka cluster: formatted once, started, signalled, read when it fails."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .kafka_java import Java, KafkaUnavailable
from .kafka_layout import HEAP_MB, HOST, Cluster, Node, Security, server_properties
from .own_process import OwnProcess, load_process, own_process

#: the first compiler alone: 4 s of CPU to readiness instead of 9, and per transaction of 50 records 2.8 ms of CPU,
#: which both compilers together reach only after 2,000 transactions and did not beat
_JAVA: Final = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
_FORMAT_TIMEOUT_S: Final = 60
#: how much of a log is read to say why a node ended
_TAIL_BYTES: Final = 64 * 1024
#: relative to the node's folder, where it is started: a path in this file would be read for placeholders
_LOGGING: Final = """\
<Configuration>
  <Appenders>
    <RollingFile name="file" fileName="kafka.log" filePattern="kafka.log.%i">
      <PatternLayout pattern="[%d] %p %m (%c)%n"/>
      <Policies><SizeBasedTriggeringPolicy size="10 MB"/></Policies>
      <DefaultRolloverStrategy max="3"/>
    </RollingFile>
  </Appenders>
  <Loggers><Root level="INFO"><AppenderRef ref="file"/></Root></Loggers>
</Configuration>
"""


@dataclass(frozen=True, slots=True)
class Launch:
    """What a node is started with."""

    java: Java
    class_path: str
    classes: Path
    node_options: tuple[str, ...] = ()


class NodeProcess:
    """One node's files and process. launch None: it is only looked at."""

    def __init__(self, data: Path, cluster: Cluster, node: Node, launch: Launch | None, security: Security) -> None:
        self.node: Final = node
        self.folder: Final = node.folder(data)
        self.log: Final = self.folder / "kafka.log"
        self._data = data
        self._cluster = cluster
        self._launch = launch
        self._security = security
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def can_start(self) -> bool:
        return self._launch is not None

    @property
    def process(self) -> OwnProcess | None:
        """The running process; None when there is none."""
        self._reap()
        process = load_process(self._pid_file)
        return process if process is not None and process.alive() else None

    def prepare(self) -> None:
        """Write the configuration and, the first time, format the folder of the records."""
        self.folder.mkdir(parents=True, exist_ok=True)
        properties = self.folder / "server.properties"
        _write_private(properties, server_properties(self._data, self._cluster, self.node, self._security))
        (self.folder / "log4j2.xml").write_text(_LOGGING, encoding="utf-8")
        if not (self.folder / "log" / "meta.properties").exists():
            self._format(properties)

    def start(self) -> None:
        """Start it in a session of its own: it outlives this process. Whether it answers is asked elsewhere."""
        shutil.rmtree(self._scratch, ignore_errors=True)  # native libraries that a killed node left
        self._scratch.mkdir()
        command = self._java(
            f"-Xmx{HEAP_MB}m", "-XX:+ExitOnOutOfMemoryError", self._mark,
            f"-Dlog4j2.configurationFile={self.folder / 'log4j2.xml'}", "-Djava.awt.headless=true",
            f"-XX:ErrorFile={self.folder / 'java-error-%p.log'}", *(self._launch.node_options if self._launch else ()),
        )  # fmt: skip
        with (self.folder / "console.log").open("wb") as console:
            self._child = subprocess.Popen(  # noqa: S603 - java by its found path; the arguments are ours
                [*command, "kafka.Kafka", str(self.folder / "server.properties")],
                stdin=subprocess.DEVNULL, stdout=console, stderr=subprocess.STDOUT,
                cwd=self.folder, start_new_session=True,
            )  # fmt: skip
        process = own_process(self._child.pid, self._mark)
        if process is None:
            raise KafkaUnavailable(self.why_it_ended())
        process.save(self._pid_file)

    def send(self, number: signal.Signals) -> bool:
        """False: it does not run, nothing was signalled."""
        process = self.process
        return process is not None and process.send(number)

    def wait_gone(self, timeout_s: float) -> bool:
        """True once it has ended; False when the time is over."""
        process = load_process(self._pid_file)
        gone = process is None or process.wait_gone(timeout_s)
        if gone:
            self._reap()
            self._pid_file.unlink(missing_ok=True)
        return gone

    def why_it_ended(self) -> str:
        """The first error of its log since the last start, else the last line of what Java itself wrote."""
        begun = [line for line in _tail(self.log) if line]
        for at in range(len(begun) - 1, -1, -1):
            if "Starting controller" in begun[at] or "Registered `kafka:type" in begun[at]:
                begun = begun[at:]
                break
        wrong = [line for line in begun if "] ERROR " in line or "] FATAL " in line]
        wrong = wrong or [line for line in _tail(self.folder / "console.log") if line][-1:] or ["it wrote no reason"]
        return f"node {self.node.number} of Apache Kafka ended: {wrong[0][:500]} (all of it: {self.log})"

    @property
    def _pid_file(self) -> Path:
        return self.folder / "process.json"

    @property
    def _scratch(self) -> Path:
        return self.folder / "tmp"

    @property
    def _mark(self) -> str:
        return f"-Dtimelines.kafka.node={self.folder}"

    def _java(self, *options: str) -> list[str]:
        if self._launch is None:
            raise KafkaUnavailable("this view of the cluster cannot start nodes")
        launcher, path = str(self._launch.java.executable), self._launch.class_path
        if self._launch.classes.exists():  # one that does not fit is passed over, and nothing need be said of it
            options = (f"-XX:SharedArchiveFile={self._launch.classes}", "-Xlog:cds*=off", *options)
        return [launcher, *_JAVA, *options, f"-Djava.io.tmpdir={self._scratch}", "-cp", path]

    def _format(self, properties: Path) -> None:
        self._scratch.mkdir(exist_ok=True)
        voters = ",".join(f"{n.number}@{HOST}:{n.controller_port}:{n.directory_id}" for n in self._cluster.nodes)
        arguments = [
            *self._java("-Xmx64m"), "kafka.tools.StorageTool", "format",
            "-t", self._cluster.cluster_id, "-c", str(properties), "--initial-controllers", voters,
        ]  # fmt: skip
        for name, password in self._security.scram_users.items():
            arguments += ["--add-scram", f"SCRAM-SHA-512=[name={name},password={password}]"]
        # by a file: passwords in arguments would be seen by everybody who lists processes
        file = self.folder / "format.args"
        _write_private(file, "\n".join(_quoted(arguments[1:])))
        try:
            ended = subprocess.run(  # noqa: S603 - java by its found path; the arguments are ours
                [arguments[0], f"@{file}"], cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True,
                text=True, errors="replace", timeout=_FORMAT_TIMEOUT_S, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise KafkaUnavailable(f"{self.folder}: was not formatted in {_FORMAT_TIMEOUT_S} s") from error
        finally:
            file.unlink(missing_ok=True)
        if ended.returncode != 0:
            said = [line for line in (ended.stderr + ended.stdout).splitlines() if line.strip()] or ["(nothing)"]
            raise KafkaUnavailable(f"{self.folder}: was not formatted; Kafka's tool said: {said[0][:500]}")

    def _reap(self) -> None:
        if self._child is not None and self._child.poll() is not None:
            self._child = None


def _write_private(file: Path, text: str) -> None:
    """Readable by the user alone, from the first byte on: it may hold passwords."""
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        stream.write(text)


def _quoted(arguments: Sequence[str]) -> list[str]:
    """As Java's launcher reads a file of arguments."""
    return ['"' + each.replace("\\", "\\\\").replace('"', '\\"') + '"' for each in arguments]


def _tail(file: Path) -> list[str]:
    try:
        with file.open("rb") as stream:
            stream.seek(max(0, file.stat().st_size - _TAIL_BYTES))
            return stream.read().decode(errors="replace").splitlines()
    except OSError:
        return []
