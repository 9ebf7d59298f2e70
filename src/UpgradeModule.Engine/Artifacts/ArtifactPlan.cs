using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Artifacts;

/// <summary>Where an artifact comes from and goes to.</summary>
internal sealed record ArtifactPlan
{
    /// <summary>Its address, where it is fetched by http or https.</summary>
    public Uri? Address { get; init; }

    /// <summary>Its path, where it lies in the file system.</summary>
    public string? LocalPath { get; init; }

    /// <summary>Where it goes; <see langword="null"/> where it stays where it is.</summary>
    public string? Target { get; init; }

    /// <summary>Where it comes from, without log-ins and tokens that an address may hold.</summary>
    public string Shown { get; init; } = "";

    /// <summary>Works it out.</summary>
    /// <param name="spec">The app definition.</param>
    /// <param name="request">What is wanted.</param>
    /// <exception cref="UpgradeException"><c>ArtifactNotFound</c>.</exception>
    public static ArtifactPlan For(AppSpec spec, ArtifactRequest request)
    {
        var source = Replace(request.Path is { Length: > 0 } given ? given : Template(spec, request), spec, request);
        if (Uri.TryCreate(source, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
        {
            return new ArtifactPlan { Address = address, Shown = Show(address), Target = TargetOf(spec, request) ?? throw NoDestination(spec) };
        }

        var path = Path.GetFullPath(address is not null && source.StartsWith("file:", StringComparison.OrdinalIgnoreCase) ? address.LocalPath : source);
        if (Directory.Exists(path)) path = InFolder(path, spec, request);
        if (!File.Exists(path)) throw NotFound(path, $"There is no artifact '{path}'.", "Check the path.");
        var target = TargetOf(spec, request);
        return new ArtifactPlan { LocalPath = path, Shown = path, Target = target == path ? null : target };
    }

    /// <summary>Says that an artifact is not there.</summary>
    /// <param name="where">Where it was looked for.</param>
    /// <param name="message">What failed.</param>
    /// <param name="remedy">What to do next.</param>
    public static UpgradeException NotFound(string where, string message, string remedy) => new("ArtifactNotFound", UpgradeErrorCategory.ObjectNotFound, where, message, remedy);

    private static string Template(AppSpec spec, ArtifactRequest request)
    {
        var urls = spec.Artifact?.Urls ?? new Dictionary<string, string>();
        return urls.TryGetValue(request.Edition, out var url) ? url
            : request.Edition.Length == 0 && urls.TryGetValue(spec.Editions.FirstOrDefault(static edition => edition.Default)?.Id ?? "", out var usual) ? usual
            : throw NotFound(request.Version.Text, $"The definition of {spec.DisplayName} doesn't say where the artifact of edition '{request.Edition}' is fetched.", "Fetch it yourself and give its path.");
    }

    private static string Replace(string template, AppSpec spec, ArtifactRequest request) => template
        .Replace("{base}", (request.BaseUrl is { Length: > 0 } other ? other : spec.Artifact?.BaseUrl ?? "").TrimEnd('/'), StringComparison.Ordinal)
        .Replace("{tag}", spec.Versions.Tag, StringComparison.Ordinal)
        .Replace("{version}", request.Version.Text, StringComparison.Ordinal)
        .Replace("{exe}", OperatingSystem.IsWindows() ? ".exe" : "", StringComparison.Ordinal);

    private static string? TargetOf(AppSpec spec, ArtifactRequest request) =>
        request.Destination.Length == 0 ? null : Path.Combine(Path.GetFullPath(request.Destination), FileName(spec, request));

    private static string FileName(AppSpec spec, ArtifactRequest request)
    {
        var name = spec.Artifact?.FileName is { Length: > 0 } usual ? usual : spec.Name;
        var extension = Path.GetExtension(name);
        if (extension.Length == 0 && OperatingSystem.IsWindows() && spec.Artifact?.Urls.Values.Any(static url => url.EndsWith("{exe}", StringComparison.Ordinal)) == true) extension = ".exe";
        return $"{Path.GetFileNameWithoutExtension(name)}-{request.Version.Text}{extension}";
    }

    private static string InFolder(string folder, AppSpec spec, ArtifactRequest request)
    {
        var tag = spec.Versions.Tag.Replace("{version}", request.Version.Text, StringComparison.Ordinal);
        var usual = spec.Artifact?.FileName is { Length: > 0 } name ? name : spec.Name;
        string[] candidates =
        [
            FileName(spec, request),
            $"{Path.GetFileNameWithoutExtension(usual)}-{tag}{Path.GetExtension(usual)}",
            Path.Combine(request.Version.Text, usual),
            Path.Combine(tag, usual),
        ];
        return candidates.Select(candidate => Path.Combine(folder, candidate)).FirstOrDefault(File.Exists)
            ?? throw NotFound(folder, $"The folder '{folder}' has no artifact of {spec.DisplayName} {request.Version}.", $"Name the file '{candidates[0]}', or put it into a folder '{tag}'.");
    }

    private static string Show(Uri address) => address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    private static UpgradeException NoDestination(AppSpec spec) =>
        new("ArtifactDestinationInvalid", UpgradeErrorCategory.InvalidArgument, spec.Name, "There is no folder that the artifact could go to.", "Give a destination.");
}
