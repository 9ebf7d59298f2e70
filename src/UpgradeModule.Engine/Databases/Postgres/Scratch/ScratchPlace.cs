using UpgradeModule.Engine.Databases.Postgres.Programs;

namespace UpgradeModule.Engine.Databases.Postgres.Scratch;

/// <summary>Where a restore can be proven.</summary>
/// <param name="Description">The place, for people.</param>
/// <param name="Local">The installation for a throw-away server, where it is one.</param>
/// <param name="Image">The image for a throw-away container, where it is one. With neither, it is the application's own server.</param>
internal sealed record ScratchPlace(string Description, PostgresProgram? Local = null, ContainerImage? Image = null)
{
    /// <summary>Whether it is the application's own server.</summary>
    public bool OnServer => Local is null && Image is null;
}
