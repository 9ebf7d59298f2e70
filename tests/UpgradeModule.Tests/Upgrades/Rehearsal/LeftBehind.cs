using System.Diagnostics;
using System.Globalization;
using System.Text;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;

namespace UpgradeModule.Tests.Upgrades.Rehearsal;

/// <summary>What a process that rehearsed has on this machine: everything has its number in its name.</summary>
/// <param name="process">The process that rehearses.</param>
/// <param name="folder">The folder of the deployment.</param>
/// <param name="docker">The container engine, where containers are looked for.</param>
internal sealed class LeftBehind(Process process, string folder, IContainerEngine? docker = null)
{
    private readonly string _own = string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Id}");
    private readonly string _number = string.Create(CultureInfo.InvariantCulture, $"_{process.Id}_");

    /// <summary>Folders: of the rehearsal, of scratch databases, of passwords.</summary>
    public IReadOnlyList<string> Folders(string start = "um-") =>
        [.. new[] { Path.GetTempPath(), Path.Combine(folder, "app", ".upgrademodule") }.Where(Directory.Exists).SelectMany(place => Directory.EnumerateDirectories(place, start + "*")).Where(path => Path.GetFileName(path).Contains(_number, StringComparison.Ordinal))];

    /// <summary>Processes of clones and of throw-away servers.</summary>
    public IReadOnlyList<string> Processes() =>
        [.. Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0]) && path != _own).Where(path => IsMarked(path, "environ", "UPGRADEMODULE_REHEARSAL=") || IsMarked(path, "cmdline", "um-"))];

    /// <summary>Containers and images.</summary>
    public async Task<IReadOnlyList<string>> ContainersAsync()
    {
        if (docker is null) return [];
        var containers = (await docker.ListContainersAsync(new ContainerQuery(), default)).Select(one => "container " + one.PlainName);
        var images = (await docker.ListImagesAsync(default)).SelectMany(one => one.RepoTags ?? []).Select(tag => "image " + tag);
        return [.. containers.Concat(images).Where(name => name.Contains(_number, StringComparison.Ordinal))];
    }

    /// <summary>All of it.</summary>
    public async Task<IReadOnlyList<string>> AllAsync() => [.. Folders(), .. Processes(), .. await ContainersAsync()];

    /// <summary>Whether the clone has the artifact of a version.</summary>
    public bool HasArtifact(string artifact) => Folders("um-rehearsal-").Select(path => Path.Combine(path, "app", "sampleapp")).Any(path => Same(path, artifact));

    private bool IsMarked(string path, string file, string start)
    {
        try
        {
            var text = Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(path, file)));
            return text.Split('\0').Any(part => part.Contains(start, StringComparison.Ordinal) && part.Contains(_number, StringComparison.Ordinal));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool Same(string path, string artifact)
    {
        try
        {
            return File.ReadAllBytes(path).AsSpan().SequenceEqual(File.ReadAllBytes(artifact));
        }
        catch (IOException)
        {
            return false;
        }
    }
}
