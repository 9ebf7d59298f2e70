namespace UpgradeModule.Engine.Apps;

/// <summary>The mistakes found so far. A mistake names its place as a JSON path or, where the document itself is broken, by its position.</summary>
internal sealed class ProblemList
{
    private readonly List<(string Path, long Offset, string Reason)> _items = [];

    /// <summary>How many there are.</summary>
    public int Count => _items.Count;

    /// <summary>Adds a mistake at a place in the document.</summary>
    /// <param name="path">The JSON path: <c>$.releases[3].version</c>.</param>
    /// <param name="reason">What is wrong, and what is expected.</param>
    public void Add(string path, string reason) => _items.Add((path, -1, reason));

    /// <summary>Adds a mistake at a position.</summary>
    /// <param name="path">The JSON path.</param>
    /// <param name="offset">The position in bytes.</param>
    /// <param name="reason">What is wrong, and what is expected.</param>
    public void Add(string path, long offset, string reason) => _items.Add((path, offset, reason));

    /// <summary>Tells every mistake with its line, in the order of the document.</summary>
    /// <param name="document">The document.</param>
    public IReadOnlyList<DefinitionProblem> Locate(ReadOnlySpan<byte> document)
    {
        if (_items.Count == 0) return [];
        var places = DocumentPositions.Of(document);
        var found = new List<(long Offset, DefinitionProblem Problem)>(_items.Count);
        foreach (var (path, known, reason) in _items)
        {
            var offset = known >= 0 ? known : places.Find(path);
            var (line, column) = DocumentPositions.LineAndColumn(document, offset);
            found.Add((offset, new DefinitionProblem { Path = path, Line = line, Column = column, Reason = reason }));
        }

        return [.. found.OrderBy(item => item.Offset).Select(item => item.Problem)];
    }
}
