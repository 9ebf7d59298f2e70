namespace UpgradeModule.Pipeline;

/// <summary>What can be done on the pipeline thread only. The base cmdlet has it.</summary>
internal interface IPipelineVoice
{
    /// <summary>Writes a record.</summary>
    void Output(object record);

    /// <summary>Writes an error that ends nothing.</summary>
    void Error(Exception exception, object? target);

    /// <summary>Writes a detail.</summary>
    void Verbose(string message);

    /// <summary>Writes a warning.</summary>
    void Warning(string message);

    /// <summary>Shows how far an activity is.</summary>
    void Progress(OperationProgress progress);

    /// <summary>Asks SecretManagement.</summary>
    string Secret(string name, string? vault);
}
