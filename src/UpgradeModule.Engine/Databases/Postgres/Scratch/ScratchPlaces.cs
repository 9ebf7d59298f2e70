using System.Globalization;
using UpgradeModule.Engine.Databases.Postgres.Programs;

namespace UpgradeModule.Engine.Databases.Postgres.Scratch;

/// <summary>Finds where a restore can be proven: the application's own server, else a throw-away server on this machine, else a throw-away container.</summary>
internal sealed class ScratchPlaces
{
    /// <summary>
    /// The environment variable that names the image for a container, for mirrors and machines without a network; <c>{major}</c> in it stands for
    /// the major of PostgreSQL. Without it: <c>postgres:{major}</c>, the official image.
    /// </summary>
    public const string ImageVariable = "UPGRADEMODULE_POSTGRES_IMAGE";

    /// <summary>Finds the installation for a throw-away server that has at least a major.</summary>
    public Func<int, CancellationToken, Task<PostgresProgram?>> FindLocal { get; init; } = ThrowAwayServer.FindAsync;

    /// <summary>Where container engines are looked for.</summary>
    public IReadOnlyList<string> Directories { get; init; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The image for a container; empty for the official one.</summary>
    public string? Image { get; init; } = Environment.GetEnvironmentVariable(ImageVariable);

    /// <summary>Finds the place. Nothing is made or pulled.</summary>
    /// <param name="server">The application's server.</param>
    /// <param name="rights">What the role may that does most on it; <see langword="null"/> where there is no server.</param>
    /// <param name="major">The major that a throw-away server must have at least.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <param name="apart">Whether the application's own server won't do.</param>
    public async Task<ScratchSearch> FindAsync(PostgresServer server, RoleRights? rights, int major, CancellationToken cancellationToken, bool apart = false)
    {
        if (!apart && rights is { CreatesDatabases: true }) return new ScratchSearch(new ScratchPlace($"a scratch database on the server of '{server.Live}', as role '{rights.Role}'"), [], "");
        var version = major.ToString(CultureInfo.InvariantCulture);
        List<string> reasons = [apart ? "a clone on the deployment's own server could reach its other databases" : rights is null ? (server.IsKnown ? "the deployment's own server can't be reached" : "no deployment's server is known") : $"the role '{rights.Role}' may not create databases on the deployment's own server"];
        if (await FindLocal(major, cancellationToken).ConfigureAwait(false) is { } local) return new ScratchSearch(new ScratchPlace($"a throw-away server of PostgreSQL {local.Version} on this machine", Local: local), reasons, "");
        reasons.Add($"this machine has no server programs of PostgreSQL {version} or newer that can be run");
        var install = $"install the server programs of PostgreSQL {version} or newer on this machine (Debian: postgresql-{version}), for a throw-away server; or start Docker or Podman here, for a throw-away container";
        return await InContainerAsync(major, reasons, rights is null ? $"{char.ToUpperInvariant(install[0])}{install[1..]}." : $"{rights.Missing?.TrimEnd('.')}; or {install}.", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finds a container, where this machine has no program that could restore into anything else.</summary>
    /// <param name="missing">The program that is missing.</param>
    /// <param name="major">The major that the container must have at least.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task<ScratchSearch> FindContainerAsync(UpgradeException missing, int major, CancellationToken cancellationToken) =>
        InContainerAsync(major, [$"neither the deployment's own server nor a throw-away one on this machine can be filled: {missing.Message.TrimEnd('.')}"], $"{missing.Remedy?.TrimEnd('.')}; or start Docker or Podman here, for a throw-away container.", cancellationToken);

    private async Task<ScratchSearch> InContainerAsync(int major, IReadOnlyList<string> reasons, string remedy, CancellationToken cancellationToken)
    {
        var (cli, missing) = await ContainerCli.FindAsync(Directories, cancellationToken).ConfigureAwait(false);
        if (cli is null) return new ScratchSearch(null, [.. reasons, "no container engine answers: " + missing], remedy);
        // Podman knows no registry by itself.
        var template = Image is { Length: > 0 } ? Image : cli.Name == "podman" ? "docker.io/library/postgres:{major}" : "postgres:{major}";
        var name = template.Replace("{major}", major.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        var image = new ContainerImage(cli, name, await cli.HasImageAsync(name, cancellationToken).ConfigureAwait(false));
        return new ScratchSearch(new ScratchPlace($"a throw-away container of '{name}' by {cli.Description}{(image.IsHere ? "" : ", which pulls the image first")}", Image: image), reasons, remedy);
    }
}
