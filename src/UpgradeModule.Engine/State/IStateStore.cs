namespace UpgradeModule.Engine.State;

/// <summary>
/// The module's own memory: one SQLite file. It knows nothing of what the rest of the engine does with what it keeps. No secret is ever put
/// into it. Reading a store that doesn't exist yet gives nothing and makes no file.
/// </summary>
public interface IStateStore : IAsyncDisposable
{
    /// <summary>The full path of the file.</summary>
    string Path { get; }

    /// <summary>Lists the deployments by name.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<IReadOnlyList<AppDeployment>> ListDeploymentsAsync(CancellationToken cancellationToken);

    /// <summary>Saves a deployment.</summary>
    /// <param name="deployment">The deployment.</param>
    /// <param name="replace">Whether one of the same name is replaced.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Whether it was saved; not where one of the same name exists and is not to be replaced.</returns>
    Task<bool> SaveDeploymentAsync(AppDeployment deployment, bool replace, CancellationToken cancellationToken);

    /// <summary>Removes a deployment.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Whether there was one.</returns>
    Task<bool> RemoveDeploymentAsync(string name, CancellationToken cancellationToken);

    /// <summary>Lists the registered definitions by name.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<IReadOnlyList<StoredDefinition>> ListDefinitionsAsync(CancellationToken cancellationToken);

    /// <summary>Saves a definition; one of the same name is replaced.</summary>
    /// <param name="definition">The definition.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task SaveDefinitionAsync(StoredDefinition definition, CancellationToken cancellationToken);

    /// <summary>Removes a registered definition.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Whether there was one.</returns>
    Task<bool> RemoveDefinitionAsync(string name, CancellationToken cancellationToken);

    /// <summary>Saves a run, new or changed, and writes an entry into the history, both or neither.</summary>
    /// <param name="run">The run.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The head of the history: the hash of that entry.</returns>
    Task<string> SaveRunAsync(StoredRun run, CancellationToken cancellationToken);

    /// <summary>Reads the head of the history; <see langword="null"/> where it has no entry yet.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<string?> ReadHistoryHeadAsync(CancellationToken cancellationToken);

    /// <summary>Checks the history, and that the records of all runs are those that it tells of.</summary>
    /// <param name="head">A head that is looked for in it.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<HistoryTestResult> TestHistoryAsync(string? head, CancellationToken cancellationToken);

    /// <summary>Lists runs, newest first.</summary>
    /// <param name="deployment">The deployment's name; all where <see langword="null"/>.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<IReadOnlyList<StoredRun>> ListRunsAsync(string? deployment, CancellationToken cancellationToken);

    /// <summary>Remembers where a backup is.</summary>
    /// <param name="path">The full path of its folder.</param>
    /// <param name="deployment">The deployment's name.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task RememberBackupAsync(string path, string deployment, CancellationToken cancellationToken);

    /// <summary>Forgets a backup.</summary>
    /// <param name="path">The full path of its folder.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task ForgetBackupAsync(string path, CancellationToken cancellationToken);

    /// <summary>Lists the folders of remembered backups.</summary>
    /// <param name="deployment">The deployment's name; all where <see langword="null"/>.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<IReadOnlyList<string>> ListBackupsAsync(string? deployment, CancellationToken cancellationToken);
}
