using System.Globalization;
using System.Text.RegularExpressions;

namespace UpgradeModule.Engine.Containers;

/// <summary>The failures of a container engine, each with its remedy. What an engine says is cleaned of log-ins before it is repeated.</summary>
internal static partial class EngineErrors
{
    public static UpgradeException Unreachable(string address, string why, string remedy, Exception? inner = null, UpgradeErrorCategory category = UpgradeErrorCategory.ConnectionError) =>
        new("ContainerEngineUnreachable", category, address, $"The container engine at '{address}' can't be reached: {Sentence(why)}", remedy, inner);

    public static UpgradeException NotSupported(string address, string why, string remedy) =>
        new("ContainerEngineNotSupported", UpgradeErrorCategory.NotImplemented, address, $"The container engine at '{address}' {Sentence(why)}", remedy);

    public static UpgradeException Failed(string address, object target, string what, string says, int status = 0) =>
        new("ContainerEngineFailed", UpgradeErrorCategory.InvalidOperation, target, string.Create(CultureInfo.InvariantCulture, $"The container engine at '{address}' could not {what}: {Sentence(says.Length > 0 ? Clean(says) : "it answered " + status)}"), "Look into the engine's log, and try the same with its own command line.");

    public static UpgradeException AddressInvalid(string address, string why) =>
        new("ContainerAddressInvalid", UpgradeErrorCategory.InvalidArgument, Clean(address), $"'{Clean(address)}' is no address of a container engine: {Sentence(why)}", "Write unix:///var/run/docker.sock, npipe:////./pipe/docker_engine, tcp://host:2376, ssh://user@host or context:NAME.");

    public static UpgradeException ContextNotFound(string name, string folder) =>
        new("ContainerContextNotFound", UpgradeErrorCategory.ObjectNotFound, name, $"There is no docker context '{name}' in '{folder}'.", "'docker context ls' lists them; DOCKER_CONTEXT and DOCKER_CONFIG decide which is taken where none is named.");

    public static UpgradeException ConfigInvalid(string file, string why, Exception? inner = null) =>
        new("ContainerConfigInvalid", UpgradeErrorCategory.InvalidData, file, $"The file '{file}' of docker's configuration can't be used: {Sentence(why)}", "Mend it, or name the engine's address.", inner);

    public static UpgradeException ContainerNotFound(string address, string container) =>
        new("ContainerNotFound", UpgradeErrorCategory.ObjectNotFound, container, $"There is no container '{container}' in the engine at '{address}'.", "'docker ps --all' (or 'podman ps --all') lists them. Check the name, and whether it is this engine's.");

    public static UpgradeException ContainerNotRunning(string container) =>
        new("ContainerNotRunning", UpgradeErrorCategory.InvalidOperation, container, $"The container '{container}' doesn't run.", "Start it first.");

    public static UpgradeException ContainerNameTaken(string name) =>
        new("ContainerNameTaken", UpgradeErrorCategory.ResourceExists, name, $"There is a container '{name}' already.", "Rename or remove it, or take another name.");

    public static UpgradeException ContainerPathNotFound(string container, string path) =>
        new("ContainerPathNotFound", UpgradeErrorCategory.ObjectNotFound, path, $"There is no '{path}' in the container '{container}'.", "Check the path; it is one inside the container.");

    /// <summary>
    /// Whether the engine is still clearing away what a container ran last, as one that was started anew is for a moment: Docker says "task …: already exists"
    /// then, and starts the container a little later.
    /// </summary>
    /// <param name="says">What it says.</param>
    public static bool IsStillEnding(string says) => says.Contains("task ", StringComparison.Ordinal) && says.Contains("already exists", StringComparison.Ordinal);

    public static UpgradeException StartFailed(string container, string says) => PortPattern().IsMatch(says)
        ? new("PortTaken", UpgradeErrorCategory.ResourceBusy, container, $"The container '{container}' can't be started: {Sentence(Clean(says))}", "Stop what listens on the port, or publish another one. Where nothing listens there, the engine has lost count of it, as one that ended in the middle of a start: restart the engine.")
        : new("ContainerStartFailed", UpgradeErrorCategory.InvalidOperation, container, $"The container '{container}' can't be started: {Sentence(Clean(says))}", "Check its command, its mounts and its limits.");

    public static UpgradeException ImageNotFound(string image, string? says = null) =>
        new("ImageNotFound", UpgradeErrorCategory.ObjectNotFound, image, says is null ? $"There is no image '{image}' on the engine's machine." : $"The registry has no image '{image}': {Sentence(Clean(says))}", says is null ? "Pull or load it." : "Check the name and the tag; a private repository also answers so without a log-in.");

    public static UpgradeException ImageReferenceInvalid(string image, string why) =>
        new("ImageReferenceInvalid", UpgradeErrorCategory.InvalidArgument, image, $"'{image}' is no reference of an image: {Sentence(why)}", "Write repository:tag or repository@sha256:…, with the registry's host before it where it isn't Docker Hub.");

    public static UpgradeException ImageInUse(string image, string says) =>
        new("ImageInUse", UpgradeErrorCategory.ResourceBusy, image, $"The image '{image}' can't be removed: {Sentence(Clean(says))}", "Remove the containers that use it first.");

    public static UpgradeException PlatformMismatch(string image, string platform, string why) =>
        new("PlatformMismatch", UpgradeErrorCategory.InvalidData, image, $"The image '{image}' is not for {platform}: {Sentence(Clean(why))}", "Ask for a platform that the image has, or take an image that has this one.");

    public static UpgradeException LoginFailed(string registry, string image, string says, string? user) =>
        new("RegistryLoginFailed", UpgradeErrorCategory.AuthenticationError, registry, $"The registry '{registry}' refuses '{image}' {(user is null ? "without a log-in" : $"to the user '{user}'")}: {Sentence(Clean(says))}", user is null ? $"Log in with 'docker login {registry}', or give the credential." : "Check the user's name and password (or token), and that the user may pull this image.");

    public static UpgradeException HelperFailed(string helper, string registry, string why) =>
        new("RegistryLoginFailed", UpgradeErrorCategory.AuthenticationError, registry, $"The credential helper '{helper}' that docker's configuration names for '{registry}' gave no log-in: {Sentence(Clean(why))}", $"Run '{helper}' by hand, mend docker's config.json, or give the credential.");

    public static UpgradeException RegistryUnreachable(string registry, string image, string says) =>
        new("RegistryUnreachable", UpgradeErrorCategory.ConnectionError, registry, $"The registry '{registry}' can't be reached for '{image}': {Sentence(Clean(says))}", "Check its address, and whether the engine's machine reaches it (proxy, DNS, certificate); the engine, not this machine, fetches images.");

    public static UpgradeException RegistryLimit(string registry, string image, string says) =>
        new("RegistryUnreachable", UpgradeErrorCategory.LimitsExceeded, registry, $"The registry '{registry}' gives no more for now ('{image}'): {Sentence(Clean(says))}", "Wait, or log in: registries allow more to those they know.");

    public static UpgradeException DiskFull(string address, string image, string says) =>
        new("DiskFull", UpgradeErrorCategory.LimitsExceeded, address, $"The engine at '{address}' has no room for '{image}': {Sentence(Clean(says))}", "Make room on the disk of the engine's data ('docker system df' tells what is on it).");

    public static UpgradeException NetworkNotFound(string network) =>
        new("NetworkNotFound", UpgradeErrorCategory.ObjectNotFound, network, $"There is no network '{network}' in the container engine.", "'docker network ls' lists them; make it, or check the name.");

    /// <summary>Takes log-ins out of addresses in a text.</summary>
    public static string Clean(string text) => UserInfo().Replace(text.Trim(), "***@");

    private static string Sentence(string text) => text.Length == 0 || text.TrimEnd()[^1] is '.' or '!' or '?' ? text.TrimEnd() : text.TrimEnd() + ".";

    [GeneratedRegex(@"(?<=://)[^/\s@""']+:[^/\s@""']*@")]
    private static partial Regex UserInfo();

    [GeneratedRegex("port is already allocated|address already in use|bind for .* failed", RegexOptions.IgnoreCase)]
    private static partial Regex PortPattern();
}
