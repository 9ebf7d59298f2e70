namespace UpgradeModule.Engine.Databases;

/// <summary>A copy of a backup that an application may run on: apart from every other database, with a log-in of its own. Disposing it removes it.</summary>
public interface IRehearsalDatabase : IScratchDatabase
{
    /// <summary>The copy and the log-ins for it. It holds secrets.</summary>
    DatabaseAccess Access { get; }
}
