namespace UpgradeModule.Engine.Apps;

/// <summary>The app definitions that can be used: those that ship with the module and those that were registered.</summary>
public interface IDefinitionCatalog
{
    /// <summary>Lists the definitions by name. A registered one hides a shipped one of the same name.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<IReadOnlyList<AppDefinition>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Loads one definition.</summary>
    /// <param name="nameOrPath">Its name (case-insensitive), or the path of a definition file.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>AppNotFound</c>: there is none; the message names those that there are. <c>DefinitionNotFound</c>: there is no such file. <c>DefinitionInvalid</c>: the file has mistakes.</exception>
    Task<AppSpec> GetAsync(string nameOrPath, CancellationToken cancellationToken);

    /// <summary>Checks a definition file and tells every mistake with its line.</summary>
    /// <param name="path">The file's full path.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>DefinitionNotFound</c>: there is no such file.</exception>
    Task<DefinitionTestResult> TestAsync(string path, CancellationToken cancellationToken);

    /// <summary>Checks a definition file and keeps a copy of it in the store.</summary>
    /// <param name="path">The file's full path.</param>
    /// <param name="replace">Whether a registered definition of the same name is replaced.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>DefinitionInvalid</c>, <c>DefinitionExists</c>.</exception>
    Task<AppDefinition> RegisterAsync(string path, bool replace, CancellationToken cancellationToken);

    /// <summary>Removes a registered definition.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>AppNotFound</c>: none is registered under this name. <c>DefinitionShipped</c>: it ships with the module.</exception>
    Task UnregisterAsync(string name, CancellationToken cancellationToken);

    /// <summary>Lists the releases of an edition, newest first.</summary>
    /// <param name="nameOrPath">The application.</param>
    /// <param name="edition">The edition; the default one where <see langword="null"/>.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>AppNotFound</c>, <c>EditionNotFound</c>.</exception>
    Task<IReadOnlyList<AppRelease>> ReleasesAsync(string nameOrPath, string? edition, CancellationToken cancellationToken);
}
