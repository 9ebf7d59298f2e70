using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using UpgradeModule.Engine.Databases.Programs;

namespace UpgradeModule.Engine.Databases.Mongo;

/// <summary>Finds MongoDB's programs: in the database's container, on this machine.</summary>
/// <param name="places">Where they can be.</param>
internal sealed partial class MongoTools(ProgramPlaces places)
{
    // From this one on they take a password by a file.
    private static readonly Version s_withConfig = new(100, 3);

    /// <summary>Finds the shell.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>DatabaseToolNotFound</c>.</exception>
    public async Task<(IProgramPlace Place, string Program)> ShellAsync(CancellationToken cancellationToken)
    {
        await foreach (var place in PlacesAsync(cancellationToken).ConfigureAwait(false))
        {
            foreach (var name in new[] { "mongosh", "mongo" })
            {
                if (await place.FindAsync(name, cancellationToken).ConfigureAwait(false) is [var program, ..]) return (place, program);
            }
        }

        throw NotFound("DatabaseToolNotFound", "mongosh", "MongoDB's shell (mongosh or mongo) is needed", "there is none");
    }

    /// <summary>Finds one of the database tools.</summary>
    /// <param name="name">mongodump or mongorestore.</param>
    /// <param name="withPassword">Whether it is to be given a password.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>BackupToolNotFound</c>.</exception>
    public async Task<(IProgramPlace Place, string Program, string Version)> ToolAsync(string name, bool withPassword, CancellationToken cancellationToken)
    {
        var found = new List<string>();
        await foreach (var place in PlacesAsync(cancellationToken).ConfigureAwait(false))
        {
            foreach (var program in await place.FindAsync(name, cancellationToken).ConfigureAwait(false))
            {
                var output = new MemoryStream();
                var outcome = await place.RunAsync(new ProgramRequest { Program = program, Arguments = ["--version"], Output = (stream, stop) => stream.CopyToAsync(output, stop) }, cancellationToken).ConfigureAwait(false);
                if (!outcome.Succeeded || Number().Match(Encoding.UTF8.GetString(output.ToArray())) is not { Success: true } match) continue;
                var version = new Version(int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture));
                if (!withPassword || version >= s_withConfig) return (place, program, match.Value);
                found.Add($"{match.Value} on {place.Description}");
            }
        }

        throw NotFound("BackupToolNotFound", name, found.Count == 0 ? $"{name} is needed" : $"{name} 100.3 or newer is needed, which takes the password by a file", found.Count == 0 ? "there is none" : "there is only " + string.Join(", ", found));
    }

    private static UpgradeException NotFound(string errorId, string target, string needed, string there) =>
        new(errorId, UpgradeErrorCategory.NotInstalled, target, $"{needed}, and {there} on this machine or in the database's container.", "Name the container that the database runs in (Set-AppDeployment -DatabaseContainer), or install MongoDB's shell and database tools here.");

    private async IAsyncEnumerable<IProgramPlace> PlacesAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var named = places.Named();
        if (named is not null) yield return named;
        yield return places.Local;
        if (named is null && await places.ContainerAsync(cancellationToken).ConfigureAwait(false) is { } container) yield return container;
    }

    [GeneratedRegex(@"(\d+)\.(\d+)(?:\.\d+)?")]
    private static partial Regex Number();
}
