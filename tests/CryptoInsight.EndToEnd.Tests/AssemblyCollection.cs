// Every test here starts the program itself and measures it (memory, time-outs): two at once would measure each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
