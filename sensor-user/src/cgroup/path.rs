//! Recognises the container in a cgroup path, in every layout that runtimes make.
//!
//! Pure: a path goes in, and where a path alone is ambiguous (ids that a person chose), a question
//! goes to [`KnownContainers`]. "Not recognised" is an answer of its own and never "host".

use serde::Serialize;

/// What a cgroup is, as far as its path tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recognised {
    /// A container, or a cgroup inside one.
    Container(Container),
    /// A place where an init system puts services, sessions and itself.
    Host,
    /// Neither: reported with its path, so that nobody takes it for the host.
    Unrecognised,
}

/// A container, by its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    /// The id as the runtime gave it, whole: 64 hexadecimal digits for most.
    pub id: String,
    /// Who runs it, where the path says so.
    pub runtime: Option<Runtime>,
    /// The outermost container's id, where containers are nested.
    pub outer_id: Option<String>,
}

/// Who runs a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Runtime {
    /// Docker Engine.
    Docker,
    /// containerd, on its own or below Kubernetes.
    Containerd,
    /// CRI-O.
    CriO,
    /// podman and other users of libpod.
    Podman,
    /// runc, started by hand.
    Runc,
    /// LXC and LXD.
    Lxc,
    /// systemd-nspawn.
    SystemdNspawn,
    /// Amazon ECS on Fargate; on EC2 it is Docker that runs the container.
    Ecs,
    /// Garden, of Cloud Foundry.
    Garden,
}

impl Runtime {
    /// Its name in rules and documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Containerd => "containerd",
            Self::CriO => "cri-o",
            Self::Podman => "podman",
            Self::Runc => "runc",
            Self::Lxc => "lxc",
            Self::SystemdNspawn => "systemd-nspawn",
            Self::Ecs => "ecs",
            Self::Garden => "garden",
        }
    }
}

/// Which ids the runtimes of this host have containers for.
pub trait KnownContainers {
    /// Whether runc, used by hand, has a container of this name.
    fn runc(&self, id: &str) -> bool;
    /// Whether containerd has a task of this name in this namespace.
    fn containerd(&self, namespace: &str, id: &str) -> bool;
}

/// Prefixes of scope names, and of the last part of `slice:prefix:id`, by runtime.
const PREFIXES: [(&str, Runtime); 5] = [
    ("docker", Runtime::Docker),
    ("cri-containerd", Runtime::Containerd),
    ("crio", Runtime::CriO),
    ("libpod", Runtime::Podman),
    ("nerdctl", Runtime::Containerd),
];

/// Recognises a path, which starts at the root of its hierarchy.
pub fn recognise(path: &str, known: &dyn KnownContainers) -> Recognised {
    let components: Vec<&str> = path.split('/').filter(|component| !component.is_empty()).collect();
    let mut found = (0..components.len()).filter_map(|index| {
        let (above, component) = (components.get(..index)?, components.get(index)?);
        container_of(component, above, known)
    });
    let Some((outer_id, mut runtime)) = found.next() else {
        return if is_host(&components) { Recognised::Host } else { Recognised::Unrecognised };
    };
    let mut id = outer_id.clone();
    for (inner_id, inner_runtime) in found {
        (id, runtime) = (inner_id, inner_runtime);
    }
    let outer_id = (outer_id != id).then_some(outer_id);
    Recognised::Container(Container { id, runtime, outer_id })
}

/// The container that one component names, given those above it.
fn container_of(
    component: &str,
    above: &[&str],
    known: &dyn KnownContainers,
) -> Option<(String, Option<Runtime>)> {
    let parent = above.last().copied().unwrap_or_default();
    let found = |id: &str, runtime| Some((id.to_owned(), Some(runtime)));

    // docker-ID.scope and its kin; with the cgroupfs driver without the suffix. The monitors' scopes
    // (crio-conmon-ID.scope, libpod-conmon-ID.scope) have no id right behind the prefix.
    let name = component.strip_suffix(".scope").unwrap_or(component);
    for (prefix, runtime) in PREFIXES {
        if let Some(id) = name.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('-'))
            && is_full_id(id)
        {
            return found(id, runtime);
        }
    }
    // SLICE:PREFIX:ID, when a cgroupfs driver is given a path meant for systemd.
    if let [_slice, prefix, id] = component.split(':').collect::<Vec<_>>().as_slice()
        && !id.is_empty()
        && let Some((_, runtime)) = PREFIXES.iter().find(|(known, _)| known == prefix)
    {
        return found(id, *runtime);
    }
    if is_full_id(component) {
        return Some((component.to_owned(), runtime_of_bare_id(component, above, known)));
    }
    // Fargate: ecs/TASK/TASK-NUMBER.
    if above.contains(&"ecs")
        && let Some((task, number)) = component.rsplit_once('-')
        && task == parent
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
    {
        return found(component, Runtime::Ecs);
    }
    if parent == "garden" && is_garden_id(component) {
        return found(component, Runtime::Garden);
    }
    // lxc.monitor.NAME is the monitor outside the container.
    if let Some(name) = component.strip_prefix("lxc.payload.").filter(|name| !name.is_empty()) {
        return found(name, Runtime::Lxc);
    }
    if parent == "lxc" || parent == "lxc.payload" {
        return found(component, Runtime::Lxc);
    }
    if let Some(name) = nspawn_machine(component, parent) {
        return Some((name, Some(Runtime::SystemdNspawn)));
    }
    // Ids that a person chose look like any other directory: only the runtime's own files tell.
    if known.runc(component) {
        return found(component, Runtime::Runc);
    }
    if !parent.is_empty() && known.containerd(parent, component) {
        return found(component, Runtime::Containerd);
    }
    None
}

/// Who has a container whose component is nothing but its id.
fn runtime_of_bare_id(id: &str, above: &[&str], known: &dyn KnownContainers) -> Option<Runtime> {
    match above.last().copied().unwrap_or_default() {
        "docker" => Some(Runtime::Docker),
        "libpod_parent" => Some(Runtime::Podman),
        // Amazon's agent on EC2 has Docker make the container below its task's cgroup.
        _ if above.contains(&"ecs") => Some(Runtime::Docker),
        namespace if known.containerd(namespace, id) => Some(Runtime::Containerd),
        _ if known.containerd("k8s.io", id) => Some(Runtime::Containerd),
        _ if known.runc(id) => Some(Runtime::Runc),
        _ => None,
    }
}

/// machine-NAME.scope and systemd-nspawn@NAME.service, both below machine.slice. Virtual machines
/// are registered there too, under names that begin with their driver's.
fn nspawn_machine(component: &str, parent: &str) -> Option<String> {
    if parent != "machine.slice" {
        return None;
    }
    let scope = component.strip_prefix("machine-").and_then(|rest| rest.strip_suffix(".scope"));
    let service = component.strip_prefix("systemd-nspawn@").and_then(|rest| rest.strip_suffix(".service"));
    let name = systemd_unescape(scope.or(service)?);
    (!name.is_empty() && !name.starts_with("qemu-") && !name.starts_with("libvirt-")).then_some(name)
}

/// Undoes systemd's escaping of unit names: `\x2d` is `-`. What is not such an escape stays.
fn systemd_unescape(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    let mut rest = name;
    while let Some((before, behind)) = rest.split_once("\\x") {
        plain.push_str(before);
        match behind.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if byte.is_ascii() => {
                plain.push(char::from(byte));
                rest = behind.get(2..).unwrap_or_default();
            }
            _ => {
                plain.push_str("\\x");
                rest = behind;
            }
        }
    }
    plain + rest
}

/// 64 hexadecimal digits, lower case as every runtime writes them.
fn is_full_id(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(is_hex)
}

/// Groups of 8-4-4-4-4 or, as some releases write it, 8-4-4-4-12 hexadecimal digits.
fn is_garden_id(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    matches!(groups.iter().map(|group| group.len()).collect::<Vec<_>>().as_slice(), [8, 4, 4, 4, 4 | 12])
        && groups.iter().all(|group| group.bytes().all(is_hex))
}

fn is_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

/// Whether a path without a container in it is one that systemd or another init makes for the host
/// itself, or the root of a hierarchy.
fn is_host(components: &[&str]) -> bool {
    let Some(first) = components.first() else { return true };
    if *first == "init.scope" {
        return true;
    }
    let in_slice = matches!(*first, "system.slice" | "user.slice" | "machine.slice");
    let ends_in_a_unit =
        components.last().and_then(|last| last.rsplit_once('.')).is_some_and(|(_, suffix)| {
            matches!(suffix, "slice" | "service" | "scope" | "socket" | "mount" | "swap")
        });
    in_slice && ends_in_a_unit
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A host without a runtime.
    pub(crate) struct NoRuntime;
    impl KnownContainers for NoRuntime {
        fn runc(&self, _: &str) -> bool {
            false
        }
        fn containerd(&self, _: &str, _: &str) -> bool {
            false
        }
    }

    const ID: &str = "4ff4e0f8f3c1d2a5b6978812345678900f1e2d3c4b5a69788796a5b4c3d2e1f0";
    const ID2: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    /// runc has `web`; containerd has `redis` in `default` and `ID2` in `k8s.io`.
    struct Known;
    impl KnownContainers for Known {
        fn runc(&self, id: &str) -> bool {
            id == "web"
        }
        fn containerd(&self, namespace: &str, id: &str) -> bool {
            (namespace, id) == ("default", "redis") || (namespace, id) == ("k8s.io", ID2)
        }
    }

    fn at(path: &str) -> Recognised {
        recognise(&path.replace("ID2", ID2).replace("ID", ID), &Known)
    }

    #[track_caller]
    fn is(path: &str, id: &str, runtime: impl Into<Option<Runtime>>) {
        let id = if id == "ID" { ID } else { id };
        let want = Container { id: id.to_owned(), runtime: runtime.into(), outer_id: None };
        assert_eq!(at(path), Recognised::Container(want), "{path}");
    }

    #[test]
    fn docker_with_the_systemd_driver() {
        is("/system.slice/docker-ID.scope", "ID", Runtime::Docker);
    }

    #[test]
    fn docker_with_the_cgroupfs_driver() {
        is("/docker/ID", "ID", Runtime::Docker);
    }

    #[test]
    fn kubernetes_with_the_systemd_driver() {
        let pod = "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod6a5b_12.slice";
        is(&format!("{pod}/cri-containerd-ID.scope"), "ID", Runtime::Containerd);
        is(&format!("{pod}/crio-ID.scope"), "ID", Runtime::CriO);
        is(&format!("{pod}/docker-ID.scope"), "ID", Runtime::Docker);
    }

    #[test]
    fn kubernetes_with_the_cgroupfs_driver() {
        is("/kubepods/burstable/pod6a5b4c3d-1122-3344-5566-778899aabbcc/ID", "ID", None);
        is("/kubepods/besteffort/pod6a5b/crio-ID", "ID", Runtime::CriO);
        is("/kubepods/burstable/pod6a5b/ID2", ID2, Runtime::Containerd);
    }

    #[test]
    fn containerd_given_a_systemd_path_with_the_cgroupfs_driver() {
        is("/kubepods-burstable-pod6a5b.slice:cri-containerd:ID", "ID", Runtime::Containerd);
        is(
            "/system.slice/containerd.service/kubepods-besteffort-pod1.slice:cri-containerd:ID",
            "ID",
            Runtime::Containerd,
        );
    }

    #[test]
    fn monitors_of_crio_and_podman_are_not_the_container() {
        assert_eq!(at("/kubepods.slice/kubepods-pod1.slice/crio-conmon-ID.scope"), Recognised::Unrecognised);
        assert_eq!(at("/machine.slice/libpod-conmon-ID.scope"), Recognised::Host);
    }

    #[test]
    fn podman_as_root_without_root_and_with_its_inner_cgroup() {
        is("/machine.slice/libpod-ID.scope", "ID", Runtime::Podman);
        is("/machine.slice/libpod-ID.scope/container", "ID", Runtime::Podman);
        let user = "/user.slice/user-1000.slice/user@1000.service/user.slice";
        is(&format!("{user}/libpod-ID.scope/container"), "ID", Runtime::Podman);
        is("/libpod_parent/libpod-ID", "ID", Runtime::Podman);
    }

    #[test]
    fn containerd_without_kubernetes() {
        is("/default/redis", "redis", Runtime::Containerd);
        is("/system.slice/nerdctl-ID.scope", "ID", Runtime::Containerd);
        is("/default/ID", "ID", None);
        assert_eq!(at("/default/unheard-of"), Recognised::Unrecognised);
    }

    #[test]
    fn runc_by_hand_names_its_cgroup_after_the_container() {
        is("/web", "web", Runtime::Runc);
        is("/ID", "ID", None);
        assert_eq!(at("/web2"), Recognised::Unrecognised);
    }

    #[test]
    fn lxc_but_not_its_monitor() {
        is("/lxc.payload.build", "build", Runtime::Lxc);
        is("/lxc/build", "build", Runtime::Lxc);
        is("/lxc/build/init.scope", "build", Runtime::Lxc);
        assert_eq!(at("/lxc.monitor.build"), Recognised::Unrecognised);
    }

    #[test]
    fn systemd_nspawn_but_not_virtual_machines() {
        is("/machine.slice/machine-deb\\x2d12.scope/payload", "deb-12", Runtime::SystemdNspawn);
        is("/machine.slice/systemd-nspawn@deb.service/payload", "deb", Runtime::SystemdNspawn);
        assert_eq!(at("/machine.slice/machine-qemu\\x2d1\\x2dvm.scope"), Recognised::Host);
    }

    #[test]
    fn amazon_ecs_on_ec2_and_on_fargate() {
        is("/ecs/f00dfeed00112233445566778899aabb/ID", "ID", Runtime::Docker);
        let task = "f00dfeed00112233445566778899aabb";
        is(&format!("/ecs/{task}/{task}-1234567890"), &format!("{task}-1234567890"), Runtime::Ecs);
        assert_eq!(at(&format!("/ecs/{task}")), Recognised::Unrecognised);
    }

    #[test]
    fn garden() {
        let id = "6ad7b3a4-3f2d-4b0f-7d6b-9c1e";
        is(&format!("/garden/{id}"), id, Runtime::Garden);
        is(&format!("/system.slice/garden.service/garden/{id}"), id, Runtime::Garden);
    }

    #[test]
    fn nested_containers_have_an_inner_and_an_outer_id() {
        let want =
            Container { id: ID2.to_owned(), runtime: Some(Runtime::Docker), outer_id: Some(ID.to_owned()) };
        assert_eq!(at("/docker/ID/docker/ID2"), Recognised::Container(want.clone()));
        assert_eq!(at("/system.slice/docker-ID.scope/docker/ID2/init.scope"), Recognised::Container(want));
    }

    #[test]
    fn systemd_inside_a_container_is_still_inside() {
        is("/docker/ID/system.slice/ssh.service", "ID", Runtime::Docker);
        is("/docker/ID/init.scope", "ID", Runtime::Docker);
    }

    #[test]
    fn what_an_init_system_makes_is_the_host() {
        for path in [
            "/",
            "/init.scope",
            "/system.slice/cron.service",
            "/user.slice/user-0.slice/session-3.scope",
            "/system.slice/docker.service",
            "/user.slice/user-1000.slice/user@1000.service/app.slice/app-shell.scope",
        ] {
            assert_eq!(at(path), Recognised::Host, "{path}");
        }
    }

    #[test]
    fn what_is_neither_is_never_called_the_host() {
        for path in [
            "/process_api/217b7af0",
            "/kubepods/burstable",
            "/docker",
            "/system.slice/odd",
            "/docker/4FF4",
            "/slurm/uid_0",
        ] {
            assert_eq!(at(path), Recognised::Unrecognised, "{path}");
        }
    }

    #[test]
    fn ids_of_the_wrong_length_or_letters_are_none() {
        let (long, upper) = (format!("{ID}0"), ID.to_uppercase());
        assert_eq!(at(&format!("/system.slice/docker-{long}.scope")), Recognised::Host);
        assert_eq!(at(&format!("/docker/{upper}")), Recognised::Unrecognised);
    }
}
