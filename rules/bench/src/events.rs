//! Execs as a busy node has them, one in a hundred of which installs a tool at a terminal in a container.
//!
//! Nine in ten come from a terminal and, independently, nine in ten from a container. No node is like that, but it makes
//! whoever looks at these two first, engine and hand-written function alike, look at names and arguments, too.

use hullwatch_rules::{Event, EventKind, FieldId, SensorEvent, TextList, Values};
use serde_json::{Value, json};

use crate::random::Random;

/// One exec.
#[derive(Debug)]
pub struct Exec {
    /// `event.category`, as every event carries it that is not known by its type.
    pub category: String,
    /// `event.type`.
    pub kind: String,
    /// `event.action`.
    pub action: String,
    /// `host.os.type`.
    pub os: String,
    /// Basename of the executable.
    pub name: String,
    /// Basename of the script, if one runs.
    pub script: Option<String>,
    /// Path of the executable.
    pub executable: String,
    /// The arguments.
    pub args: TextList,
    /// The same in one text.
    pub command_line: String,
    /// The container's id.
    pub container: Option<String>,
    /// Whether a person sits at the terminal.
    pub interactive: bool,
    /// The process id.
    pub pid: i64,
    /// The user's id, as text.
    pub user: String,
}

impl Event for Exec {
    type Field = FieldId;

    fn get(&self, field: FieldId) -> Values<'_> {
        match field {
            FieldId::EventKind => Values::Text("event"),
            FieldId::EventCategory => Values::Text(&self.category),
            FieldId::EventType => Values::Text(&self.kind),
            FieldId::EventAction => Values::Text(&self.action),
            FieldId::HostOsType => Values::Text(&self.os),
            FieldId::ProcessPid => Values::Int(self.pid),
            FieldId::ProcessName => match &self.script {
                Some(script) => Values::Pair(script, &self.name),
                None => Values::Text(&self.name),
            },
            FieldId::ProcessExecutable => Values::Text(&self.executable),
            FieldId::ProcessArgs => Values::List(&self.args),
            FieldId::ProcessArgsCount => Values::Int(self.args.len() as i64),
            FieldId::ProcessCommandLine => Values::Text(&self.command_line),
            FieldId::ProcessInteractive => Values::Bool(self.interactive),
            FieldId::ContainerId => self.container.as_deref().map_or(Values::Missing, Values::Text),
            FieldId::UserId | FieldId::ProcessUserId => Values::Text(&self.user),
            _ => Values::Missing,
        }
    }
}

impl SensorEvent for Exec {
    fn kind(&self) -> EventKind {
        EventKind::Exec
    }
}

impl Exec {
    /// The event as a document, for engines that take documents.
    pub fn document(&self) -> Value {
        let mut document = json!({
            "event": { "kind": "event", "category": ["process"], "type": ["start"], "action": ["exec"] },
            "host": { "os": { "type": "linux" } },
            "process": {
                "pid": self.pid,
                "name": self.name,
                "executable": self.executable,
                "args": self.args.iter().collect::<Vec<_>>(),
                "args_count": self.args.len(),
                "command_line": self.command_line,
                "interactive": self.interactive,
            },
            "user": { "id": self.user },
        });
        if let Some(id) = &self.container {
            document["container"] = json!({ "id": id });
        }
        document
    }
}

/// What ordinary nodes run: the executable, then the arguments; `#` stands for a number.
const ORDINARY: &[(&str, &str)] = &[
    ("/usr/bin/dash", "sh|-c|pg_isready -U postgres -h 127.0.0.1 -p 5432"),
    ("/usr/bin/dash", "/bin/sh|-c|curl -fsS http://localhost:80#/healthz > /dev/null || exit 1"),
    ("/usr/bin/bash", "bash|-c|set -e; for f in /var/lib/app/*.json; do jq . $f; done"),
    ("/usr/bin/bash", "/bin/bash|/usr/local/bin/docker-entrypoint.sh|postgres"),
    ("/usr/bin/curl", "curl|-fsS|--max-time|5|http://localhost:80#/healthz"),
    ("/usr/bin/redis-cli", "redis-cli|-h|127.0.0.1|ping"),
    ("/usr/lib/postgresql/16/bin/postgres", "postgres: checkpointer|#"),
    ("/usr/lib/postgresql/16/bin/pg_isready", "pg_isready|-U|postgres|-h|127.0.0.1|-p|5432"),
    ("/usr/sbin/runc", "runc|--root|/var/run/docker/runtime-runc/moby|--log|/run/containerd/io.containerd.runtime.v2.task/moby/#/log.json|--log-format|json|exec|--process|/tmp/runc-process#|--detach|--pid-file|/run/containerd/#.pid|4f0c8a3b6f2d4e1c9a7b5d3f1e0c2b4a"),
    ("/usr/sbin/runc", "runc|init"),
    ("/usr/bin/containerd-shim-runc-v2", "/usr/bin/containerd-shim-runc-v2|-namespace|moby|-address|/run/containerd/containerd.sock|-publish-binary|/usr/bin/containerd|-id|#|start"),
    ("/usr/bin/cat", "cat|/proc/#/stat"),
    ("/usr/bin/grep", "grep|-q|ready|/tmp/status-#"),
    ("/usr/bin/sed", "sed|-i|s/worker_processes 1/worker_processes #/|/etc/nginx/nginx.conf"),
    ("/usr/bin/date", "date|+%s"),
    ("/usr/bin/sleep", "sleep|5"),
    ("/usr/bin/ls", "ls|-la|/var/log/app#"),
    ("/usr/bin/ps", "ps|aux"),
    ("/usr/bin/find", "find|/var/lib/app|-name|*.tmp|-mtime|+#|-delete"),
    ("/usr/bin/python3.11", "python3|/app/manage.py|runserver|0.0.0.0:80#"),
    ("/usr/bin/python3.11", "/usr/bin/python3|-m|celery|-A|app|worker|--concurrency|#"),
    ("/usr/local/bin/node", "node|/srv/app/dist/server.js|--port|30#"),
    ("/usr/lib/jvm/java-17/bin/java", "java|-Xms512m|-Xmx2g|-XX:+UseG1GC|-Dspring.profiles.active=prod|-Dserver.port=80#|-jar|/app/app.jar|--spring.config.location=/etc/app/application.yml"),
    ("/usr/sbin/nginx", "nginx|-g|daemon off;"),
    ("/usr/bin/git", "git|-C|/var/lib/jenkins/workspace/job-#|rev-parse|HEAD"),
    ("/usr/bin/git", "git|fetch|--tags|--force|--progress|--|https://git.example.org/team/repo-#.git|+refs/heads/*:refs/remotes/origin/*"),
    ("/usr/bin/systemctl", "systemctl|is-active|--quiet|kubelet"),
    ("/usr/sbin/iptables", "iptables|-w|5|-t|nat|-C|KUBE-SERVICES|-m|comment|--comment|chain #|-j|ACCEPT"),
    ("/usr/bin/gcc-12", "gcc|-Wall|-O2|-g|-fPIC|-Iinclude|-I/usr/include/x86_64-linux-gnu|-DNDEBUG|-c|src/module_#.c|-o|build/module_#.o"),
    ("/usr/lib/gcc/x86_64-linux-gnu/12/cc1", "/usr/lib/gcc/x86_64-linux-gnu/12/cc1|-quiet|-I|include|-D|NDEBUG|src/module_#.c|-quiet|-dumpbase|module_#.c|-mtune=generic|-O2|-o|/tmp/cc#.s"),
    ("/usr/bin/make", "make|-j|4|-C|build/sub-#"),
    ("/usr/bin/tar", "tar|-xzf|/tmp/artifact-#.tar.gz|-C|/opt/app"),
    ("/usr/bin/jq", "jq|-r|.status.phase"),
    ("/usr/bin/openssl", "openssl|x509|-noout|-enddate|-in|/etc/ssl/certs/app-#.pem"),
    ("/usr/bin/kubectl", "kubectl|get|pods|-n|team-#|-o|json"),
    ("/usr/bin/id", "id|-u"),
    ("/usr/bin/logrotate", "/usr/sbin/logrotate|/etc/logrotate.conf"),
    ("/usr/bin/rsync", "rsync|-a|--delete|/data/in/#/|/data/out/#/"),
    ("/usr/bin/apt-get", "apt-get|update"),
    ("/usr/bin/dpkg-query", "dpkg-query|-W|-f|${Version}|libc6"),
];

/// What a person types who installs a tool.
const INSTALLING: &[(&str, &str)] = &[
    ("/usr/bin/apt-get", "apt-get|install|-y|curl"),
    ("/usr/bin/apt", "apt|install|python3-pip"),
    ("/sbin/apk", "apk|add|--no-cache|socat"),
    ("/usr/bin/pacman", "pacman|-Sy|netcat"),
    ("/usr/bin/dpkg", "dpkg|-i|wget"),
];

/// A stream of `count` execs. One in a hundred matches the tool-installation rule, and nothing else does.
pub fn stream(count: usize) -> Vec<Exec> {
    let mut random = Random::new(0x5eed);
    (0..count).map(|number| if number % 100 == 50 { installing(&mut random) } else { ordinary(&mut random) }).collect()
}

fn ordinary(random: &mut Random) -> Exec {
    let (executable, args) = ORDINARY[random.below(ORDINARY.len())];
    let (contained, interactive) = (random.chance(90), random.chance(90));
    exec(random, executable, args, contained, interactive)
}

fn installing(random: &mut Random) -> Exec {
    let (executable, args) = INSTALLING[random.below(INSTALLING.len())];
    exec(random, executable, args, true, true)
}

fn exec(random: &mut Random, executable: &str, args: &str, contained: bool, interactive: bool) -> Exec {
    let number = random.below(100_000).to_string();
    let args: Vec<String> = args.split('|').map(|arg| arg.replace('#', &number)).collect();
    let id = || {
        let mut part = || format!("{:016x}", random.below(usize::MAX >> 1));
        format!("{}{}{}{}", part(), part(), part(), part())
    };
    let container = contained.then(id);
    Exec {
        category: "process".to_owned(),
        kind: "start".to_owned(),
        action: "exec".to_owned(),
        os: "linux".to_owned(),
        name: basename(executable).to_owned(),
        script: args.iter().take(2).find(|arg| arg.ends_with(".sh")).map(|arg| basename(arg).to_owned()),
        executable: executable.to_owned(),
        command_line: args.join(" "),
        args: args.into_iter().collect(),
        container,
        interactive,
        pid: random.below(4_000_000) as i64,
        user: if random.chance(50) { "0" } else { "1000" }.to_owned(),
    }
}

fn basename(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
