"""Existing torch modules: what their initialisation does, its correction, and their skeleton.

tracing and recognise read the forward pass, walk and moments follow a signal through it, signals measures one on a batch;
correction, report and records make the correction and its report, derive the skeleton.
"""
