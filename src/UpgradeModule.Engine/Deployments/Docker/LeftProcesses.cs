namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>
/// Finds processes of a container that live although its engine says that it has ended, as an engine may that was killed: the kernel keeps them in a control
/// group that has the container's id in its name.
/// </summary>
internal static class LeftProcesses
{
    /// <summary>Finds them on this machine.</summary>
    /// <param name="id">The container's id.</param>
    /// <param name="processes">The kernel's folder of processes.</param>
    /// <returns>Their ids; none where this machine can't tell, since the engine is elsewhere.</returns>
    public static IReadOnlyList<int> Of(string id, string processes = "/proc")
    {
        var found = new List<int>();
        if (!OperatingSystem.IsLinux() || !Directory.Exists(processes)) return found;
        foreach (var folder in Directory.EnumerateDirectories(processes))
        {
            if (int.TryParse(Path.GetFileName(folder), out var process) && IsIn(Path.Combine(folder, "cgroup"), id)) found.Add(process);
        }

        return found;
    }

    private static bool IsIn(string groups, string id)
    {
        try
        {
            return File.ReadAllText(groups).Contains(id, StringComparison.Ordinal);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It has ended meanwhile, or is nobody's business.
            return false;
        }
    }
}
