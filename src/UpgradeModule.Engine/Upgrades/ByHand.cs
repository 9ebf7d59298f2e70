namespace UpgradeModule.Engine.Upgrades;

/// <summary>Where everything is after a way back that failed, and the commands with which a person ends it.</summary>
internal static class ByHand
{
    private const string ContainerKind = "Container";

    /// <summary>What is where.</summary>
    /// <param name="run">The run.</param>
    public static IEnumerable<string> Places(RunContext run)
    {
        var hop = run.Hop!;
        if (hop.ArtifactPoint is { } artifact)
        {
            yield return hop.ArtifactIsBack
                ? $"{What(artifact)} of {hop.Stop.From}: in its place, {Place(artifact, run.Deployment.Deployment.Settings)}"
                : $"{What(artifact)} of {hop.Stop.From}: {artifact.Location}";
        }

        if (hop.DatabasePoint is { } data)
        {
            yield return hop.DatabaseIsBack
                ? $"data of {hop.Stop.From}, as it was right after the stop: in its place, {hop.Database ?? run.Deployment.Deployment.Database}"
                : $"data of {hop.Stop.From}, as it was right after the stop: {data.Kind} {data.Location}";
        }

        if (hop.ReplacedData is { } replaced) yield return $"data that {hop.Stop.To} left: {replaced.Kind} {replaced.Location}";
        if (run.Recorder.Document.Run.Backup is { } backup) yield return $"proven backup from before the run: {backup.Path}";
        if (hop.LogPath is { } log) yield return $"log: {log}";
        yield return $"record of the run: {run.Recorder.Document.Run.RunId} in {run.Recorder.Location}";
    }

    /// <summary>The commands, in their order.</summary>
    /// <param name="run">The run.</param>
    public static IEnumerable<string> Commands(RunContext run)
    {
        var hop = run.Hop!;
        var deployment = run.Deployment.Deployment;
        yield return deployment.Stored ? $"$app = Get-AppDeployment {Quoted(deployment.Name)}" : $"$app = <the deployment object of {deployment.Name}>";
        yield return "$app | Stop-AppService";
        if (hop is { DataTouched: true, DatabaseIsBack: false, DatabasePoint: { } point })
        {
            foreach (var line in Data(run, point)) yield return line;
        }

        if (hop is { ArtifactIsBack: false, ArtifactPoint: { } artifact })
        {
            foreach (var line in Version(artifact, deployment.Settings, hop.Stop)) yield return line;
        }

        yield return "$app | Start-AppService | Wait-AppService";
        if (run.Recorder.Document.Run.Backup is { } backup)
        {
            yield return $"# should that data be unusable: $app | Stop-AppService; $app | Restore-AppDatabase -Backup {Quoted(backup.Path)}";
        }
    }

    /// <summary>What a swap kept, in a word.</summary>
    /// <param name="point">What it kept.</param>
    public static string What(Operations.ReturnPoint point) => point.Kind == ContainerKind ? "container" : "artifact";

    private static string? Place(Operations.ReturnPoint point, AppHostSettings settings) => point.Kind == ContainerKind ? settings.Container : settings.ArtifactPath;

    /// <summary>The commands that put the version before back in its place.</summary>
    /// <param name="point">What was kept of it.</param>
    /// <param name="settings">The deployment's settings.</param>
    /// <param name="stop">The stop that failed.</param>
    internal static IEnumerable<string> Version(Operations.ReturnPoint point, AppHostSettings settings, UpgradeStop stop)
    {
        if (point.Kind != ContainerKind)
        {
            if (settings.ArtifactPath is { } place) yield return $"Copy-Item -LiteralPath {Quoted(point.Location)} -Destination {Quoted(place)} -Force";
            yield break;
        }

        var docker = settings.DockerHost switch
        {
            null or "" => "docker",
            { } context when context.StartsWith("context:", StringComparison.Ordinal) => $"docker --context {Quoted(context["context:".Length..])}",
            { } address => $"docker --host {Quoted(address)}",
        };
        var name = Quoted(settings.Container ?? "");
        yield return $"# the next two only where 'docker ps --all' still shows {Quoted(point.Location)}; otherwise it is in its place already";

        // The failed one must not come up at the next boot: a new version would migrate the data that was put back.
        yield return $"if ({docker} ps --all --quiet --filter {Quoted($"name=^/?{settings.Container}$")}) {{ {docker} update --restart no {name}; {docker} rename {name} {Quoted($"{settings.Container}.failed-{stop.To}")} }}";
        yield return $"{docker} rename {Quoted(point.Location)} {name}";
        if (!point.Data.TryGetValue("restartPolicy", out var policy) || policy is "" or "no") yield break;
        var retries = policy == "on-failure" && point.Data.TryGetValue("restartRetries", out var most) && most is not ("" or "0") ? ":" + most : "";
        yield return $"{docker} update --restart {policy}{retries} {name}";
    }

    private static IEnumerable<string> Data(RunContext run, Operations.ReturnPoint point) => Data(run.Hop!.Database ?? run.Deployment.Deployment.Database!, point);

    /// <summary>The commands that put the data back in its place.</summary>
    /// <param name="target">The database.</param>
    /// <param name="point">What was kept of it.</param>
    internal static IEnumerable<string> Data(DatabaseTarget target, Operations.ReturnPoint point)
    {
        switch (point.Kind)
        {
            case "DatabaseFile" when target.Path is { } file:
                yield return $"foreach ($part in '', '-wal', '-shm') {{ if (Test-Path ({Quoted(file)} + $part)) {{ Move-Item ({Quoted(file)} + $part) ({Quoted(file + ".failed")} + $part) }} }}";
                yield return CopyOfFile(point.Location, file);
                break;
            case "Database" when target.Engine == DatabaseEngine.MySql:
                // These servers can't rename a database.
                var logIn = $"-h {target.Server} -P {target.Port ?? 3306} -u {target.MaintenanceUser ?? target.User} -p";
                yield return $"mariadb-dump {logIn} --single-transaction --routines --events --triggers {Quoted(target.Name!)} --result-file={Quoted(target.Name + "_failed.sql")}";
                yield return $"mariadb-dump {logIn} --single-transaction --routines --events --triggers {Quoted($"--ignore-table={point.Location}.um_kept")} {Quoted(point.Location)} --result-file={Quoted(point.Location + ".sql")}";
                yield return $"mariadb {logIn} -e {Quoted($"DROP DATABASE `{target.Name}`; CREATE DATABASE `{target.Name}`")}";
                yield return $"mariadb {logIn} {Quoted(target.Name!)} -e {Quoted($"source {point.Location}.sql")}";
                break;
            case "Database" when target.Engine == DatabaseEngine.Mongo:
                yield return $"mongodump --host={target.Server} --port={target.Port ?? 27017} {Quoted("--db=" + point.Location)} --excludeCollection=um_kept {Quoted($"--archive={point.Location}.archive")}";
                yield return $"mongorestore --host={target.Server} --port={target.Port ?? 27017} {Quoted($"--archive={point.Location}.archive")} --drop {Quoted($"--nsFrom={point.Location}.*")} {Quoted($"--nsTo={target.Name}.*")}";
                break;
            case "Database":
                yield return $"psql -h {target.Server} -p {target.Port ?? 5432} -U {target.MaintenanceUser ?? target.User} -d {target.MaintenanceDatabase ?? "postgres"} -c 'ALTER DATABASE \"{target.Name}\" RENAME TO \"{target.Name}_failed\"' -c 'ALTER DATABASE \"{point.Location}\" RENAME TO \"{target.Name}\"'";
                break;
            default:
                yield return $"# put {point.Kind} {point.Location} in the place of {target}";
                break;
        }
    }

    // Copy-Item gives the copy to whoever copies, and the application's own user could not write to it.
    private static string CopyOfFile(string from, string to) => OperatingSystem.IsWindows()
        ? $"Copy-Item -LiteralPath {Quoted(from)} -Destination {Quoted(to)}"
        : $"cp --preserve=all -- {Quoted(from)} {Quoted(to)}";

    private static string Quoted(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";
}
