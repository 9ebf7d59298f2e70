namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>The container is no part of a Compose project, which would make it anew from its own file.</summary>
internal sealed class OwnedByComposeCheck : IReadinessCheck
{
    private const string Project = "com.docker.compose.project";

    /// <inheritdoc/>
    public string Name => "OwnedByCompose";

    /// <inheritdoc/>
    public bool Concerns(ReadinessContext context) => ContainerLook.Concerns(context);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        if (await ContainerLook.AtAsync(context, cancellationToken).ConfigureAwait(false) is not { } look || !look.Labels.TryGetValue(Project, out var project)) return [];
        var service = look.Labels.GetValueOrDefault("com.docker.compose.service") ?? look.Name;
        var files = look.Labels.GetValueOrDefault("com.docker.compose.project.config_files");
        return [Finding.Blocker(
            $"The container '{look.Name}' is the service '{service}' of the Compose project '{project}': the next 'docker compose up' would put the version of its file back.",
            $"Change the image's tag of '{service}' in {files ?? "the project's file"} and run 'docker compose up --detach {service}' yourself after a backup (Backup-AppDatabase); this version of the module can't do that for you.",
            look.Name)];
    }
}
