namespace SampleApp;

/// <summary>The way in: serve, or one of the commands that an administrator runs.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        // Both "migrate down" (one argument, as container entry points pass it) and migrate down are understood.
        var command = string.Join(' ', args).Trim();
        switch (command)
        {
            case "":
                return await Server.RunAsync(Settings.Read()).ConfigureAwait(false);
            case "--version":
            case "version":
                Console.WriteLine("SampleApp " + AppInfo.Version);
                return 0;
            case "migrate up":
            case "migrate down":
            case "migrate release-locks":
                return await MigrateAsync(command["migrate ".Length..]).ConfigureAwait(false);
            default:
                await Console.Error.WriteLineAsync($"Unknown command '{command}'. Commands: --version, migrate up, migrate down, migrate release-locks; without one, SampleApp serves.").ConfigureAwait(false);
                return 2;
        }
    }

    private static async Task<int> MigrateAsync(string what)
    {
        try
        {
            var settings = Settings.Read();
            await using var database = new Database(settings);
            var migrator = new Migrator(database, settings, static _ => { });
            await (what switch
            {
                "up" => migrator.UpAsync(CancellationToken.None),
                "down" => migrator.DownAsync(CancellationToken.None),
                _ => migrator.ReleaseLocksAsync(CancellationToken.None),
            }).ConfigureAwait(false);
            return 0;
        }
        catch (Exception failure)
        {
            Log.Failure($"Command failed with exception: {failure.Message}", failure);
            return 1;
        }
    }
}
