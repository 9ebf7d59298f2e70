using System.Text;
using UpgradeModule.Engine.Databases.Programs;

namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>The program of a server on this machine.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Version">Its version.</param>
/// <param name="Install">The program that makes a new server's folder; <see langword="null"/> where it does that itself.</param>
internal sealed record MySqlServerProgram(string Path, MySqlVersion Version, string? Install)
{
    // Where Debian and Red Hat keep what only an administrator runs.
    private static readonly string[] s_folders = ["/usr/sbin", "/usr/libexec", "/usr/local/sbin"];

    /// <summary>Finds one that can have what a server has.</summary>
    /// <param name="like">The server's version.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The oldest of the same make that isn't older; <see langword="null"/> where there is none, or nobody to run it as.</returns>
    public static async Task<MySqlServerProgram?> FindAsync(MySqlVersion like, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows() || (UnprivilegedUser.IsNeeded && UnprivilegedUser.Find("mysql") is null)) return null;
        var place = new LocalPrograms { Folders = s_folders };
        var install = like.Flavour == MySqlFlavour.MariaDb ? (await place.FindAsync("mariadb-install-db", cancellationToken).ConfigureAwait(false)).FirstOrDefault() : null;
        if (like.Flavour == MySqlFlavour.MariaDb && install is null) return null;
        var found = new List<MySqlServerProgram>();
        foreach (var name in new[] { "mariadbd", "mysqld" })
        {
            foreach (var program in await place.FindAsync(name, cancellationToken).ConfigureAwait(false))
            {
                var output = new MemoryStream();
                var outcome = await place.RunAsync(new ProgramRequest { Program = program, Arguments = ["--no-defaults", "--version"], Output = (stream, stop) => stream.CopyToAsync(output, stop) }, cancellationToken).ConfigureAwait(false);
                if (outcome.Succeeded && MySqlVersion.OfProgram(Encoding.UTF8.GetString(output.ToArray())) is { } version && version.Flavour == like.Flavour && version.Series >= like.Series) found.Add(new MySqlServerProgram(program, version, install));
            }
        }

        return found.OrderBy(static one => one.Version.Series).FirstOrDefault();
    }
}
