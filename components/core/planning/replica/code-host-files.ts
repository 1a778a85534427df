import type { ReplicaCodeHostConfig } from "../config/config";
import { planCodeHosts } from "./code-hosts";

/**
 * Makes repositories by a plan, with the same commits every time, and serves them as plain files, which is all that Git
 * needs to clone over HTTP. Python and Git of gitserver's image are all it takes.
 */
const program = String.raw`"""Makes repositories by a plan, the same ones every time, and serves them to Git over HTTP.

usage: code-host.py PLAN FOLDER [PORT [ADDRESS]]

Without a port it makes them and ends. What is there already is left as it is, what the plan no longer has is removed.
"""

import functools
import http.server
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading

FIRST_COMMIT = 1577836800  # 2020-01-01
WORDS = "alpha beta cache delta entry field graph handler index job key lock map node order page query route set".split()
MIB = 1024 * 1024


def repositories(plan):
    """Path and KiB of every repository, the largest of each host first."""
    for host in plan["hosts"]:
        for number in range(1, host["repositories"] + 1):
            kib = host["largestKib"] if number == 1 else host["otherKib"]
            yield "%s/repo-%05d" % (host["name"], number), kib


def source_text(rng, name):
    """A small file to search in."""
    lines = ["# %s" % name]
    for _ in range(rng.randint(8, 24)):
        lines.append("def %s_%s(%s):" % (rng.choice(WORDS), rng.choice(WORDS), rng.choice(WORDS)))
        lines.append("    return %s(%d)" % (rng.choice(WORDS), rng.randint(0, 9999)))
    return ("\n".join(lines) + "\n").encode()


def commits(path, kib):
    """Files of every commit: some to search in, and what fills the repository up to its size and cannot be packed."""
    rng = random.Random(path)
    number = max(1, min(10, kib // 64))
    left = kib * 1024
    for commit in range(number):
        files = [("src/%s_%d.py" % (rng.choice(WORDS), commit * 3 + n), source_text(rng, path)) for n in range(3)]
        fill = left // (number - commit) - sum(len(text) for _, text in files)
        part = 0
        while fill > 0:
            files.append(("assets/%02d-%06d.bin" % (commit, part), rng.randbytes(min(fill, MIB))))
            fill -= MIB
            part += 1
        left -= sum(len(text) for _, text in files)
        yield files


def write_history(out, path, kib):
    for number, files in enumerate(commits(path, kib)):
        message = b"Change %d of %s\n" % (number + 1, path.encode())
        out.write(b"commit refs/heads/main\n")
        out.write(b"committer Replica <replica@example.invalid> %d +0000\n" % (FIRST_COMMIT + number * 86400))
        out.write(b"data %d\n%s" % (len(message), message))
        for name, text in files:
            out.write(b"M 100644 inline %s\ndata %d\n" % (name.encode(), len(text)))
            out.write(text)
            out.write(b"\n")
    out.write(b"done\n")


def git(folder, *arguments):
    return ["git", "-C", folder, "-c", "core.compression=0", "-c", "fastimport.unpackLimit=1", *arguments]


def make(root, path, kib):
    """Makes a repository beside its place and moves it there when it is whole."""
    target = os.path.join(root, path)
    mark = os.path.join(target, "made-kib")
    if os.path.exists(mark):
        with open(mark) as made:
            if made.read() == str(kib):
                return False
    making = target + ".making"
    for old in (target, making):
        shutil.rmtree(old, ignore_errors=True)
    os.makedirs(making)
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", "--template=", making], check=True)
    command = git(making, "fast-import", "--quiet", "--done")
    with subprocess.Popen(command, stdin=subprocess.PIPE) as importer:
        write_history(importer.stdin, path, kib)
        importer.stdin.close()
    if importer.returncode != 0:
        raise SystemExit("git fast-import of %s ended with %d" % (path, importer.returncode))
    subprocess.run(git(making, "update-server-info"), check=True)
    with open(os.path.join(making, "made-kib"), "w") as made:
        made.write(str(kib))
    os.rename(making, target)
    return True


def remove_others(root, wanted):
    for host in os.listdir(root):
        folder = os.path.join(root, host)
        if not os.path.isdir(folder):
            continue
        for name in os.listdir(folder):
            if os.path.join(host, name) not in wanted:
                shutil.rmtree(os.path.join(folder, name))
        if not os.listdir(folder):
            os.rmdir(folder)


def make_all(plan, root):
    planned = list(repositories(plan))
    remove_others(root, {path for path, _ in planned})
    made = sum(make(root, path, kib) for path, kib in planned)
    print("%d repositories, %d of them made now" % (len(planned), made), flush=True)


class Handler(http.server.SimpleHTTPRequestHandler):
    """Plain files, which is all that Git needs to clone from; no lists of folders."""

    def do_GET(self):
        if self.path == "/healthz":
            self.send_response(200)
            self.end_headers()
            return
        super().do_GET()

    def list_directory(self, path):
        self.send_error(404)

    def log_message(self, *arguments):
        pass


def main(arguments):
    with open(arguments[0]) as file:
        plan = json.load(file)
    root = arguments[1]
    os.makedirs(root, exist_ok=True)
    if len(arguments) < 3:
        make_all(plan, root)
        return
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    place = ((arguments[3:] or [""])[0], int(arguments[2]))
    server = http.server.ThreadingHTTPServer(place, functools.partial(Handler, directory=root))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    make_all(plan, root)
    threading.Event().wait()


main(sys.argv[1:])
`;

/** The files of the service of code hosts, by name. */
export function codeHostFiles(codeHosts: readonly ReplicaCodeHostConfig[]): Readonly<Record<string, string>> {
  return {
    "code-host.py": program,
    "repositories.json": `${JSON.stringify({ hosts: planCodeHosts(codeHosts) })}\n`,
  };
}
