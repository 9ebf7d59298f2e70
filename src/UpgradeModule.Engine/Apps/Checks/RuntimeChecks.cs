namespace UpgradeModule.Engine.Apps.Checks;

/// <summary>Artifacts, images, settings, start, health and log lines.</summary>
internal static class RuntimeChecks
{
    private static readonly string[] Engines = Enum.GetNames<DatabaseEngine>();

    /// <summary>Finds the mistakes.</summary>
    /// <param name="context">The definition.</param>
    public static void Run(CheckContext context)
    {
        if (context.Spec.Artifact is { } artifact) Artifact(context, artifact);
        if (context.Spec.Image is { } image)
        {
            context.EditionKeys("$.image.repositories", image.Repositories);
            if (image.Repositories.Count == 0) context.Add("$.image.repositories", "The image has no repository.");
            Place(context, "$.image.tag", image.Tag);
            for (var i = 0; i < image.MutableTags.Count; i++) context.Pattern($"$.image.mutableTags[{i}]", image.MutableTags[i]);
        }

        Settings(context, context.Spec.Settings);
        context.Positive("$.start.graceSeconds", context.Spec.Start.GraceSeconds);
        if (context.Spec.Start.SuccessExitCodes.Count == 0) context.Add("$.start.successExitCodes", "At least one exit code means a graceful stop.");
        Health(context, context.Spec.Health);
        for (var i = 0; i < context.Spec.Logs.Count; i++)
        {
            context.Required($"$.logs[{i}].pattern", context.Spec.Logs[i].Pattern, "The regular expression");
            context.Pattern($"$.logs[{i}].pattern", context.Spec.Logs[i].Pattern);
            context.OneOf($"$.logs[{i}].meaning", context.Spec.Logs[i].Meaning, "info", "progress", "ready", "warning", "failure");
        }
    }

    /// <summary>Engines that must be known.</summary>
    /// <param name="context">The definition.</param>
    /// <param name="path">The JSON path.</param>
    /// <param name="engine">The engine's name.</param>
    public static void Engine(CheckContext context, string path, string engine) => context.OneOf(path, engine, Engines);

    private static void Artifact(CheckContext context, ArtifactSpec artifact)
    {
        context.OneOf("$.artifact.kind", artifact.Kind, "jar", "file");
        context.Required("$.artifact.fileName", artifact.FileName, "The file's usual name");
        context.EditionKeys("$.artifact.urls", artifact.Urls);
        foreach (var (edition, url) in artifact.Urls)
        {
            Place(context, $"$.artifact.urls.{edition}", url);
            if (artifact.BaseUrl is null && url.Contains("{base}", StringComparison.Ordinal)) context.Add($"$.artifact.urls.{edition}", "The address has the place {base}, and there is no baseUrl.");
        }

        if (artifact.Version is not { } embedded) return;
        if (embedded.ZipEntry is not null && embedded.Command.Count > 0) context.Add("$.artifact.version", "The version is read from zipEntry or by command, not both.");
        context.Required("$.artifact.version.pattern", embedded.Pattern, "The regular expression");
        context.Pattern("$.artifact.version.pattern", embedded.Pattern, "version");
    }

    private static void Settings(CheckContext context, SettingsSpec settings)
    {
        if (settings.DefaultPort is < 1 or > 65535) context.Add("$.settings.defaultPort", "A port is between 1 and 65535.");
        for (var i = 0; i < settings.Obstacles.Count; i++)
        {
            var obstacle = settings.Obstacles[i];
            context.Required($"$.settings.obstacles[{i}].name", obstacle.Name, "The setting");
            context.Required($"$.settings.obstacles[{i}].message", obstacle.Message, "What happens with it");
            context.Pattern($"$.settings.obstacles[{i}].pattern", obstacle.Pattern);
            if (obstacle.From is not null) context.Version($"$.settings.obstacles[{i}].from", obstacle.From);
        }

        if (settings.Database is not { } database) return;
        foreach (var (value, engine) in database.TypeValues) Engine(context, $"$.settings.database.typeValues.{value}", engine);
        if (database.DefaultEngine is not null) Engine(context, "$.settings.database.defaultEngine", database.DefaultEngine);
        if (database.TypeValues.Count > 0 && database.Type is null) context.Add("$.settings.database.typeValues", "There are values of the setting that names the engine, and no such setting (type).");
        if (database.Uri is null && database.Host is null && database.File is null) context.Add("$.settings.database", "It tells no place: give a setting with an address (uri), a host or a file.");
    }

    private static void Health(CheckContext context, HealthSpec health)
    {
        context.Http("$.health.liveness", health.Liveness);
        context.Http("$.health.readiness", health.Readiness);
        context.Http("$.health.version", health.Version);
        for (var i = 0; i < health.Deep.Count; i++) context.Http($"$.health.deep[{i}]", health.Deep[i]);
        context.Pattern("$.health.migratingBody", health.MigratingBody);
        context.Pattern("$.health.versionPattern", health.VersionPattern, "version");
        context.Positive("$.health.timeoutMinutes", health.TimeoutMinutes);
        if (health.Version is null && (health.VersionPath ?? health.VersionPattern) is not null) context.Add("$.health", "It says where the version is in an answer, and not which request gives that answer (version).");
        if (health.Version is not null && health.VersionPath is null == health.VersionPattern is null) context.Add("$.health.version", "The version is read by exactly one of versionPath and versionPattern.");
        if (health.Readiness is null && (health.Progress ?? health.MigratingBody) is not null) context.Add("$.health", "Progress and migratingBody are read from the readiness answer, and there is no readiness request.");
    }

    private static void Place(CheckContext context, string path, string template)
    {
        if (!template.Contains("{version}", StringComparison.Ordinal) && !template.Contains("{tag}", StringComparison.Ordinal)) context.Add(path, "It needs the place {version} or {tag}.");
    }
}
