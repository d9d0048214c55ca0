"""From a bare checkout to a running EvalHub: environment, embedded servers, supervision. Standard library only."""
