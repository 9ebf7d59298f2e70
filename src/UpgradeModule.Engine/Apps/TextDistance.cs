namespace UpgradeModule.Engine.Apps;

/// <summary>How far two texts are from each other, to name what was probably meant.</summary>
internal static class TextDistance
{
    /// <summary>The fewest characters to put in, take out or change, upper and lower case being the same.</summary>
    /// <param name="left">The one.</param>
    /// <param name="right">The other.</param>
    public static int Between(string left, string right)
    {
        var row = new int[right.Length + 1];
        for (var j = 0; j < row.Length; j++) row[j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var cost = char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]) ? 0 : 1;
                var next = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + cost);
                diagonal = row[j];
                row[j] = next;
            }
        }

        return row[^1];
    }
}
