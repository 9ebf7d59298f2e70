using System.Formats.Tar;
using System.Globalization;
using System.Text;
using UpgradeModule.Engine.Databases.Programs;

namespace UpgradeModule.Engine.Databases.Postgres.Programs;

/// <summary>Runs pg_dump and pg_restore in the container that the database runs in. They reach that database's server only, by the loopback.</summary>
/// <param name="places">Where the container is.</param>
/// <param name="target">The database as this machine reaches it.</param>
internal sealed class ContainerTools(ProgramPlaces places, DatabaseTarget target)
{
    // A folder of files is brought there as it is, and goes when the program does, however that ends.
    private const string Unpacked = "for um_need in tar mktemp; do command -v \"$um_need\" >/dev/null || exit 126; done; umask 077; um_folder=$(mktemp -d) || exit 1; trap 'rm -rf \"$um_folder\"' EXIT; trap 'exit 143' HUP INT TERM; tar -xf - -C \"$um_folder\" || exit 1; \"$@\" \"$um_folder\"; exit $?";

    private const int NoProgram = 126;

    private readonly Dictionary<string, ContainerTool?> _found = [];

    /// <summary>Finds a program.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The program; <see langword="null"/> where there is no container, or it has none.</returns>
    /// <exception cref="UpgradeException">The container that was named isn't there, or doesn't run.</exception>
    public async Task<ContainerTool?> FindAsync(string name, CancellationToken cancellationToken)
    {
        if (_found.TryGetValue(name, out var known)) return known;
        ContainerTool? tool = null;
        if (await places.ContainerAsync(cancellationToken).ConfigureAwait(false) is { } place && (await place.FindAsync(name, cancellationToken).ConfigureAwait(false)).Count > 0)
        {
            var output = new MemoryStream();
            var outcome = await place.RunAsync(new ProgramRequest { Program = name, Arguments = ["--version"], Output = (stream, stop) => stream.CopyToAsync(output, stop) }, cancellationToken).ConfigureAwait(false);
            if (outcome.Succeeded && PostgresPrograms.VersionIn(Encoding.UTF8.GetString(output.ToArray())) is { } version) tool = new ContainerTool(place, name, version, PostgresPrograms.MajorOf(version));
        }

        return _found[name] = tool;
    }

    /// <summary>Dumps a database into a file, in the custom format.</summary>
    /// <param name="tool">pg_dump.</param>
    /// <param name="source">The database.</param>
    /// <param name="arguments">How; never a secret.</param>
    /// <param name="file">The file, which is there.</param>
    /// <param name="onError">Told each line of the error output.</param>
    /// <param name="cancellationToken">Ends the program.</param>
    public async Task<ProgramResult> DumpAsync(ContainerTool tool, PostgresLogIn source, IReadOnlyList<string> arguments, string file, Action<string> onError, CancellationToken cancellationToken)
    {
        var request = await RequestAsync(tool, source, tool.Name, arguments, cancellationToken).ConfigureAwait(false);
        return await RunAsync(tool, request with { Output = WriteAsync, OnError = onError }, cancellationToken).ConfigureAwait(false);

        async Task WriteAsync(Stream output, CancellationToken stop)
        {
            var stream = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.Read | FileShare.Delete, 1 << 17, FileOptions.Asynchronous);
            await using (stream.ConfigureAwait(false)) await output.CopyToAsync(stream, stop).ConfigureAwait(false);
        }
    }

    /// <summary>Restores an archive: a file by a pipe, one table after the other; a folder, which no pipe can be read from, out of a copy of it there.</summary>
    /// <param name="tool">pg_restore.</param>
    /// <param name="target">The empty database, on the server that runs in the container.</param>
    /// <param name="arguments">How; never a secret.</param>
    /// <param name="archive">The file or folder.</param>
    /// <param name="onError">Told each line of the error output.</param>
    /// <param name="cancellationToken">Ends the wait; what goes on in the container ends with its database.</param>
    /// <exception cref="UpgradeException"><c>BackupToolNotFound</c>: the container has nothing to unpack a folder with.</exception>
    public async Task<ProgramResult> RestoreAsync(ContainerTool tool, PostgresLogIn target, IReadOnlyList<string> arguments, string archive, Action<string> onError, CancellationToken cancellationToken)
    {
        var isFolder = Directory.Exists(archive);
        var request = isFolder
            ? await RequestAsync(tool, target, "/bin/sh", ["-c", Unpacked, "sh", tool.Name, .. arguments, "--jobs=2"], cancellationToken).ConfigureAwait(false)
            : await RequestAsync(tool, target, tool.Name, arguments, cancellationToken).ConfigureAwait(false);
        var result = await RunAsync(tool, request with { Input = isFolder ? PackAsync : ReadAsync, OnError = onError }, cancellationToken).ConfigureAwait(false);
        if (isFolder && result.ExitCode == NoProgram) throw new UpgradeException("BackupToolNotFound", UpgradeErrorCategory.NotInstalled, "tar", $"The folder '{archive}' can't be brought to pg_restore: {tool.Place.Description} has no tar or no mktemp.", $"Install the client programs of PostgreSQL {tool.Version} here, or give the archive as one file (pg_dump --format=custom).");
        return result;

        async Task ReadAsync(Stream input, CancellationToken stop)
        {
            var stream = File.OpenRead(archive);
            await using (stream.ConfigureAwait(false)) await stream.CopyToAsync(input, 1 << 17, stop).ConfigureAwait(false);
        }

        // The writer would flush and close what isn't its own.
        async Task PackAsync(Stream input, CancellationToken stop)
        {
            var tar = new TarWriter(input, TarEntryFormat.Pax, leaveOpen: true);
            await using (tar.ConfigureAwait(false))
            {
                foreach (var file in Directory.EnumerateFiles(archive)) await tar.WriteEntryAsync(file, Path.GetFileName(file), stop).ConfigureAwait(false);
            }
        }
    }

    private static async Task<ProgramResult> RunAsync(ContainerTool tool, ProgramRequest request, CancellationToken cancellationToken)
    {
        var outcome = await tool.Place.RunAsync(request, cancellationToken).ConfigureAwait(false);
        return new ProgramResult(outcome.ExitCode, outcome.Errors);
    }

    private async Task<ProgramRequest> RequestAsync(ContainerTool tool, PostgresLogIn logIn, string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var (host, port) = await tool.Place.AddressAsync(target with { Server = logIn.Server, Port = logIn.Port }, PostgresServer.UsualPort, cancellationToken).ConfigureAwait(false);
        var pass = PassFile.Content(logIn);
        var environment = new Dictionary<string, string>(logIn.ProgramEnvironment())
        {
            ["PGHOST"] = host,
            ["PGPORT"] = port.ToString(CultureInfo.InvariantCulture),
            // The container's own variables count too, and some of them more than what is said by others. Nothing of it leaves the container, whose certificate is for another name.
            ["PGHOSTADDR"] = "",
            ["PGPASSWORD"] = "",
            ["PGOPTIONS"] = "",
            ["PGCLIENTENCODING"] = "",
            ["PGSSLMODE"] = logIn.SslMode == "disable" ? "disable" : "prefer",
        };
        if (pass is not null) environment["PGPASSFILE"] = ProgramRequest.PrivatePath;
        return new ProgramRequest { Program = program, Arguments = arguments, Environment = environment, Hidden = ["PG"], Private = pass, Secrets = [logIn.Credential.Reveal()] };
    }
}
