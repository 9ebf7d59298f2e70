namespace SampleApp;

/// <summary>How far the start is. Written by one thread, read by many.</summary>
internal sealed class AppState
{
    private volatile bool _ready;
    private double _progress;

    public bool LieHealthy { get; init; }

    /// <summary>Whether it serves and yet never says that it is healthy.</summary>
    public bool Sick { get; init; }

    /// <summary>Whether a page fails.</summary>
    public bool SickPage { get; init; }

    public long StartupMilliseconds { get; set; }

    public bool Ready { get => _ready; set => _ready = value; }

    public double Progress { get => Volatile.Read(ref _progress); set => Volatile.Write(ref _progress, value); }
}
