//! Holds every manifest below deploy/kubernetes to the Kubernetes schemas, strictly, and the privileged DaemonSet to what the
//! sensor needs of it. The schemas and the YAML reader come from the Python environment that `cargo xtask setup --tests`
//! makes; without it these tests fail, they do not skip. Needs neither root nor the sensor nor a cluster.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use hullwatch_tests::scratch::workspace;
use serde_json::{Value, json};

/// The oldest and the newest Kubernetes that must take the manifests.
const VERSIONS: [&str; 2] = ["1.29", "1.37"];

const DAEMONSET: &str = "daemonset-privileged.yaml";

/// The Python that has `kubernetes_validate` and its dependency, `yaml`.
fn python() -> Result<Command> {
    let path = std::env::var_os("HULLWATCH_MANIFEST_PYTHON").context(
        "HULLWATCH_MANIFEST_PYTHON is not set: run `cargo xtask test`, or set it to the path that `cargo xtask setup --tests` shows",
    )?;
    Ok(Command::new(path))
}

/// Validates one file; the error is what the validator says.
fn validate(file: &Path, version: &str) -> Result<()> {
    let output = python()?
        .args(["-m", "kubernetes_validate", "--strict", "--kubernetes-version", version])
        .arg(file)
        .output()
        .context("starting the validator")?;
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{} against Kubernetes {version}:\n{said}", file.display());
    // A kind that it knows no schema of is only a warning to it, so count the documents that it does know.
    let passed = said.matches(" passed for resource ").count();
    let wanted = documents(file)?.len();
    ensure!(passed == wanted, "{passed} of {wanted} documents of {} have a schema:\n{said}", file.display());
    Ok(())
}

/// The documents of a YAML file. A key that stands twice is an error: YAML readers silently take the last one.
fn documents(file: &Path) -> Result<Vec<Value>> {
    const READ: &str = "
import json, sys, yaml
class Strict(yaml.SafeLoader):
    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key) for key, _ in node.value]
        twice = [key for key in keys if keys.count(key) > 1]
        if twice:
            sys.exit(f'{node.start_mark}: {twice[0]} stands twice')
        return super().construct_mapping(node, deep)
json.dump(list(yaml.load_all(open(sys.argv[1]), Strict)), sys.stdout)
";
    let output = python()?.args(["-c", READ]).arg(file).output().context("starting the YAML reader")?;
    ensure!(output.status.success(), "{}: {}", file.display(), String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).with_context(|| format!("reading {}", file.display()))
}

fn manifests() -> Result<Vec<PathBuf>> {
    fn collect(folder: &Path, into: &mut Vec<PathBuf>) -> Result<()> {
        for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                collect(&path, into)?;
            } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
                into.push(path);
            }
        }
        Ok(())
    }
    let mut files = Vec::new();
    collect(&workspace().join("deploy/kubernetes"), &mut files)?;
    ensure!(!files.is_empty(), "there is no manifest below deploy/kubernetes");
    Ok(files)
}

/// The one document of this kind in the privileged DaemonSet's file.
fn document(kind: &str) -> Result<Value> {
    let all = documents(&workspace().join("deploy/kubernetes").join(DAEMONSET))?;
    let mut found: Vec<Value> =
        all.into_iter().filter(|document| document.get("kind") == Some(&json!(kind))).collect();
    ensure!(found.len() == 1, "{DAEMONSET} has {} documents of kind {kind}", found.len());
    found.pop().context("just counted")
}

/// What a JSON pointer leads to; that there is nothing is an error.
fn at<'a>(document: &'a Value, pointer: &str) -> Result<&'a Value> {
    document.pointer(pointer).with_context(|| format!("there is no {pointer} in {document:#}"))
}

fn expect(document: &Value, pointer: &str, expected: &Value) -> Result<()> {
    let found = at(document, pointer)?;
    ensure!(found == expected, "{pointer} is {found}, not {expected}");
    Ok(())
}

/// The element of a list whose `name` is this.
fn named<'a>(list: &'a Value, name: &str) -> Result<&'a Value> {
    list.as_array()
        .into_iter()
        .flatten()
        .find(|element| element.get("name") == Some(&json!(name)))
        .with_context(|| format!("there is no {name} in {list:#}"))
}

const POD: &str = "/spec/template/spec";
const CONTAINER: &str = "/spec/template/spec/containers/0";

#[test]
fn every_manifest_passes_the_strict_kubernetes_schema() -> Result<()> {
    for file in manifests()? {
        for version in VERSIONS {
            validate(&file, version)?;
        }
    }
    Ok(())
}

#[test]
fn a_broken_manifest_is_refused() -> Result<()> {
    let text = fs::read_to_string(workspace().join("deploy/kubernetes").join(DAEMONSET))?;
    let folder = tempfile::tempdir()?;
    let breakages = [
        ("a misspelt key", "hostPID: true", "hostPid: true", "hostPid"),
        (
            "a misspelt key deep inside",
            "readOnlyRootFilesystem:",
            "readOnlyRootFileSystem:",
            "readOnlyRootFileSystem",
        ),
        ("a value of another type", "privileged: true", "privileged: \"yes\"", "yes"),
        ("a missing field", "  selector:\n    matchLabels:", "  x:\n    matchLabels:", "selector"),
        ("an unknown kind", "kind: DaemonSet", "kind: DemonSet", "DemonSet"),
    ];
    for (what, good, bad, named) in breakages {
        ensure!(text.contains(good), "this test wants to break `{good}`, which is not in {DAEMONSET}");
        let file = folder.path().join("broken.yaml");
        fs::write(&file, text.replace(good, bad))?;
        let Err(error) = validate(&file, VERSIONS[1]) else { bail!("{what} ({bad}) was not refused") };
        ensure!(
            format!("{error:#}").contains(named),
            "the refusal of {what} does not name `{named}`: {error:#}"
        );
    }
    Ok(())
}

#[test]
fn a_key_that_stands_twice_is_refused() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("twice.yaml");
    fs::write(&file, "metadata:\n  name: a\n  name: b\n")?;
    let Err(error) = documents(&file) else { bail!("the second `name` was taken") };
    ensure!(error.to_string().contains("name stands twice"), "{error:#}");
    Ok(())
}

#[test]
fn the_daemonset_is_privileged_sees_the_nodes_processes_and_writes_nothing() -> Result<()> {
    let daemonset = document("DaemonSet")?;
    expect(&daemonset, &format!("{POD}/hostPID"), &json!(true))?;
    expect(&daemonset, &format!("{CONTAINER}/securityContext/privileged"), &json!(true))?;
    expect(&daemonset, &format!("{CONTAINER}/securityContext/readOnlyRootFilesystem"), &json!(true))?;
    expect(&daemonset, &format!("{POD}/hostNetwork"), &json!(false))?;
    let namespace = document("Namespace")?;
    expect(&namespace, "/metadata/labels/pod-security.kubernetes.io~1enforce", &json!("privileged"))
}

#[test]
fn every_mount_is_read_only_and_leads_to_the_nodes_own_folder() -> Result<()> {
    let daemonset = document("DaemonSet")?;
    let mounts = at(&daemonset, &format!("{CONTAINER}/volumeMounts"))?
        .as_array()
        .context("volumeMounts is no list")?;
    let volumes = at(&daemonset, &format!("{POD}/volumes"))?;
    let mut found = Vec::new();
    for mount in mounts {
        expect(mount, "/readOnly", &json!(true))?;
        let inside = at(mount, "/mountPath")?.as_str().context("mountPath is no text")?;
        let volume = named(volumes, at(mount, "/name")?.as_str().context("a mount's name is no text")?)?;
        let on_the_node = at(volume, "/hostPath/path")?.as_str().context("path is no text")?;
        found.push((on_the_node.to_owned(), inside.to_owned()));
    }
    let wanted = [
        ("/sys/kernel/tracing", "/sys/kernel/tracing"),
        ("/proc", "/host/proc"),
        ("/sys/fs/cgroup", "/sys/fs/cgroup"),
        ("/run", "/host/run"),
        ("/var/lib/docker", "/host/var/lib/docker"),
        ("/var/lib/containers", "/host/var/lib/containers"),
    ]
    .map(|(on_the_node, inside)| (on_the_node.to_owned(), inside.to_owned()));
    ensure!(found == wanted, "the mounts are {found:?}, not {wanted:?}");
    ensure!(volumes.as_array().map(Vec::len) == Some(wanted.len()), "there is a volume that nothing mounts");
    Ok(())
}

#[test]
fn runtime_folders_follow_the_nodes_unmounts() -> Result<()> {
    let daemonset = document("DaemonSet")?;
    let mounts = at(&daemonset, &format!("{CONTAINER}/volumeMounts"))?;
    for name in ["run", "docker", "containers"] {
        expect(named(mounts, name)?, "/mountPropagation", &json!("HostToContainer"))?;
    }
    Ok(())
}

#[test]
fn the_sensor_is_told_the_nodes_name_and_where_the_nodes_root_is() -> Result<()> {
    let daemonset = document("DaemonSet")?;
    let variables = at(&daemonset, &format!("{CONTAINER}/env"))?;
    expect(named(variables, "HOST_ROOT")?, "/value", &json!("/host"))?;
    expect(
        named(variables, "HULLWATCH_HOST_NAME")?,
        "/valueFrom/fieldRef/fieldPath",
        &json!("spec.nodeName"),
    )?;
    expect(&daemonset, &format!("{CONTAINER}/args"), &json!(["run"]))
}

#[test]
fn the_daemonset_runs_on_every_node_and_is_evicted_last() -> Result<()> {
    let daemonset = document("DaemonSet")?;
    expect(&daemonset, &format!("{POD}/tolerations"), &json!([{ "operator": "Exists" }]))?;
    expect(&daemonset, &format!("{POD}/priorityClassName"), &json!("system-node-critical"))?;
    for pointer in ["requests/cpu", "requests/memory", "limits/cpu", "limits/memory"] {
        at(&daemonset, &format!("{CONTAINER}/resources/{pointer}"))?;
    }
    Ok(())
}

#[test]
fn the_sensors_identity_has_no_token() -> Result<()> {
    expect(&document("ServiceAccount")?, "/automountServiceAccountToken", &json!(false))?;
    expect(&document("DaemonSet")?, &format!("{POD}/automountServiceAccountToken"), &json!(false))
}
