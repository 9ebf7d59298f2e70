using UpgradeModule.Engine.Deployments.Docker;

namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>The application's database file doesn't lie in the container itself, with which it would be lost.</summary>
internal sealed class DataInContainerCheck : IReadinessCheck
{
    private const string Usual =
        "Move it onto a volume first: 1. 'docker stop {container}'. 2. 'docker cp {container}:{folder} ./data'. 3. Run the container anew from {image} with all of its options and '--volume NAME:{folder}', "
        + "not started yet ('docker create'). 4. 'docker cp ./data/. NEW:{folder}', then start it.";

    /// <inheritdoc/>
    public string Name => "DataInContainer";

    /// <inheritdoc/>
    public bool Concerns(ReadinessContext context) => ContainerLook.Concerns(context);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        if (context.Database is not { FromSettings: true, Path: not null } database) return [];
        if (await ContainerLook.AtAsync(context, cancellationToken).ConfigureAwait(false) is not { } look) return [];
        var file = await new DatabaseFile(look.Deployment).InsideAsync(look.Container, database, cancellationToken).ConfigureAwait(false);
        if (ContainerPaths.MountOf(look.Container, file) is not null) return [];
        var remedy = Fill(context.Deployment.Spec.Image?.MoveDataOut ?? Usual, look.Name, look.Container.Config?.Image ?? "", file, context.Deployment.Spec.Settings.Database?.FileSuffix ?? "");
        return [Finding.Blocker($"The {database.Engine} database of {context.Name} is the file '{file}' in the container '{look.Name}' itself, without a mount: it goes with the container, at an upgrade or by mistake.", remedy, file)];
    }

    /// <summary>Fills a remedy's placeholders.</summary>
    /// <param name="text">The remedy.</param>
    /// <param name="container">The container's name.</param>
    /// <param name="image">Its image.</param>
    /// <param name="file">The database file inside.</param>
    /// <param name="suffix">What the database's own settings leave out of a file's name.</param>
    internal static string Fill(string text, string container, string image, string file, string suffix)
    {
        var name = file[(file.LastIndexOf('/') + 1)..];
        return text
            .Replace("{container}", container, StringComparison.Ordinal)
            .Replace("{image}", image, StringComparison.Ordinal)
            .Replace("{file}", file, StringComparison.Ordinal)
            .Replace("{fileName}", name, StringComparison.Ordinal)
            .Replace("{fileBase}", suffix.Length > 0 && name.EndsWith(suffix, StringComparison.Ordinal) ? name[..^suffix.Length] : name, StringComparison.Ordinal)
            .Replace("{folder}", file.LastIndexOf('/') is > 0 and var slash ? file[..slash] : "/", StringComparison.Ordinal);
    }
}
