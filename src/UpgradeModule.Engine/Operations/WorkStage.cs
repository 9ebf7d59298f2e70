namespace UpgradeModule.Engine.Operations;

/// <summary>A stage of work whose length is known, well or by estimate.</summary>
internal sealed record WorkStage
{
    /// <summary>What is done; empty where the activity's name tells it.</summary>
    public string What { get; init; } = "";

    /// <summary>The size of all parts together: bytes, or whatever else grows with the time that they take.</summary>
    public long Size { get; init; }

    /// <summary>How many parts there are; 0 where they aren't counted.</summary>
    public int Parts { get; init; }

    /// <summary>The sizes of the parts by their names, where they begin by name alone.</summary>
    public IReadOnlyDictionary<string, long>? Sizes { get; init; }

    /// <summary>What the parts are, for people.</summary>
    public string Things { get; init; } = "tables";

    /// <summary>Whether sizes are the bytes that will be moved. Else they are near to them: what was moved of the parts that are done corrects the rest.</summary>
    public bool Exact { get; init; } = true;

    /// <summary>Whether what is moved are bytes, so that there is a rate.</summary>
    public bool Bytes { get; init; } = true;

    /// <summary>The percentage of the whole work at which the stage begins.</summary>
    public double From { get; init; }

    /// <summary>The percentage of the whole work at which the stage ends.</summary>
    public double To { get; init; } = 100;
}
