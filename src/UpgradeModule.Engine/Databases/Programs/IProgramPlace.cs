namespace UpgradeModule.Engine.Databases.Programs;

/// <summary>A place where programs run: this machine, or a running container.</summary>
internal interface IProgramPlace
{
    /// <summary>Where it is, for people: <c>this machine</c>, <c>the container 'db'</c>.</summary>
    string Description { get; }

    /// <summary>Whether it is a container, which has files, names and addresses of its own.</summary>
    bool IsContainer { get; }

    /// <summary>Finds every program of a name.</summary>
    /// <param name="name">The name: <c>pg_dump</c>.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>What <see cref="ProgramRequest.Program"/> takes: full paths here, the name itself in a container that has it.</returns>
    Task<IReadOnlyList<string>> FindAsync(string name, CancellationToken cancellationToken);

    /// <summary>Runs a program to its end.</summary>
    /// <param name="request">The run. What its <see cref="ProgramRequest.Input"/> and <see cref="ProgramRequest.Output"/> throw ends the program and is thrown here.</param>
    /// <param name="cancellationToken">Ends the program.</param>
    /// <exception cref="UpgradeException">The container isn't there, doesn't run, or its engine can't be reached.</exception>
    Task<ProgramOutcome> RunAsync(ProgramRequest request, CancellationToken cancellationToken);

    /// <summary>Gives the address at which a program of this place reaches a database server.</summary>
    /// <param name="target">The database as this machine reaches it.</param>
    /// <param name="usualPort">The engine's usual port.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<(string Host, int Port)> AddressAsync(DatabaseTarget target, int usualPort, CancellationToken cancellationToken);
}
