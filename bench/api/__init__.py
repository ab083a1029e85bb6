"""Loge's reads and mutations over HTTP, against PostGraphile and against a bare endpoint."""
